#include "providers/github/archived_logs.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flux::providers::github {
namespace {

TEST(ArchivedLogs, KnowHowGithubWritesAJobsName) {
    struct Row {
        std::string job;
        std::string in_archive;
    };
    const std::string ninety(90, 'n');
    std::string birds;
    for (int i = 0; i < 50; ++i) birds += "\xF0\x9F\x90\xA6";
    for (const auto& row : {
             Row{"build", "build"},
             Row{"build / linux: x64", "build  linux x64"},
             Row{" test (20, a/b) ", "test (20, ab)"},
             Row{ninety + "x", ninety},
             Row{ninety.substr(1) + " x", ninety.substr(1)},
             Row{birds, birds.substr(0, std::size_t{45} * 4)},
             Row{"é" + ninety, "é" + ninety.substr(1)},
             Row{"/:", ""},
         }) {
        EXPECT_EQ(name_in_archive(row.job), row.in_archive) << row.job;
    }
}

}  // namespace
}  // namespace flux::providers::github
