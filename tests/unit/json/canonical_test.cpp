#include "json/canonical.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::json {
namespace {

TEST(Canonical, HasOneSpellingForEachValue) {
    struct Row {
        const char* text;
        const char* canonical;
    };
    const std::array rows{
        Row{"{ }", "{}"},
        Row{"[ ]", "[]"},
        Row{R"({"b":1,"a":[true , null]})", R"({"a":[true,null],"b":1})"},
        Row{R"({"b":{"d":1,"c":2}})", R"({"b":{"c":2,"d":1}})"},
        Row{R"("\u0061\/")", R"("a/")"},
        Row{"1e2", "100"},
        Row{"3.0", "3"},
        Row{"0.5", "0.5"},
    };
    for (const auto& row : rows) EXPECT_EQ(canonical(Raw{row.text}), row.canonical);
    EXPECT_EQ(canonical({}), "");
}

}  // namespace
}  // namespace flux::json
