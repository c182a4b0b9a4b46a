#include "providers/local/toolchain.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::providers::local {
namespace {

TEST(VersionRequest, AdmitsWhatItMeans) {
    struct Row {
        const char* request;
        const char* version;
        bool admitted;
    };
    const std::array rows{
        Row{"20", "20.11.1", true},       Row{"20", "21.0.0", false},       Row{"20.x", "20.0.0", true},
        Row{"v20.11.1", "20.11.1", true}, Row{"20.11.1", "20.11.2", false}, Row{">=18", "22.1.0", true},
        Row{">=18 <21", "20.0.0", true},  Row{">=18 <21", "21.0.0", false}, Row{">= 18", "18.0.0", true},
        Row{"^20.1", "20.9.0", true},     Row{"^20.1", "20.0.9", false},    Row{"^0.2.3", "0.3.0", false},
        Row{"~3.11", "3.11.9", true},     Row{"~3.11.2", "3.11.1", false},  Row{"~3.11", "3.12.0", false},
        Row{"18 || 20", "20.1.0", true},  Row{"18 || 20", "19.1.0", false}, Row{"lts/*", "20.1.0", true},
        Row{"lts/*", "21.1.0", false},    Row{"lts/iron", "20.1.0", true},  Row{"lts/iron", "22.1.0", false},
        Row{"*", "1.0.0", true},          Row{"latest", "1.0.0", true},     Row{"3.x", "3.11.7", true},
        Row{"18 - 20", "20.9.0", true},   Row{"18 - 20", "21.0.0", false},  Row{">=3.9,<3.12", "3.11.0", true},
        Row{"~=3.9", "3.11.0", true},     Row{"~=3.9.1", "3.10.0", false},  Row{"<=20", "20.11.1", true},
        Row{">20", "20.11.1", false},     Row{">20", "21.0.0", true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string{row.request} + " and " + row.version);
        const auto request = VersionRequest::parse(row.request);
        ASSERT_TRUE(request);
        EXPECT_EQ(request->admits(*Version::parse(row.version)), row.admitted);
    }
}

TEST(VersionRequest, RefusesWhatItDoesNotUnderstand) {
    for (const char* text : {"", "twenty", "lts/zinc", "1.2.3.4", ">=", "99999999999999"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(VersionRequest::parse(text));
    }
}

TEST(Toolchain, ChoosesTheNearestNewerVersionWhereNoneMatches) {
    const std::vector<Tool> tools{{*Version::parse("18.1.0"), "a", false},
                                  {*Version::parse("20.1.0"), "b", false},
                                  {*Version::parse("22.1.0"), "c", true}};
    struct Row {
        const char* request;
        const char* program;
        bool matched;
    };
    const std::array rows{Row{"20", "b", true}, Row{">=18", "c", true}, Row{"19", "b", false}, Row{"16.1", "a", false},
                          Row{"30", "c", false}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.request);
        bool matched = false;
        const auto tool = choose(tools, *VersionRequest::parse(row.request), matched);
        ASSERT_TRUE(tool);
        EXPECT_EQ(tool->program, row.program);
        EXPECT_EQ(matched, row.matched);
    }
}

}  // namespace
}  // namespace flux::providers::local
