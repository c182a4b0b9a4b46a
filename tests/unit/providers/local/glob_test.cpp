#include "providers/local/glob.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace flux::providers::local {
namespace {

TEST(Glob, MatchesPaths) {
    struct Row {
        const char* pattern;
        const char* path;
        bool matches;
    };
    const std::array rows{
        Row{"a/*.txt", "a/b.txt", true}, Row{"a/*.txt", "a/b/c.txt", false},
        Row{"**/*.txt", "c.txt", true},  Row{"**/*.txt", "a/b/c.txt", true},
        Row{"a/**", "a/b/c", true},      Row{"a/**", "b", false},
        Row{"a?c", "abc", true},         Row{"[a-c]x", "bx", true},
        Row{"[!a-c]x", "bx", false},     Row{"*", ".hidden", true},
        Row{"a/**/z", "a/z", true},      Row{"[", "[", true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string{row.pattern} + " and " + row.path);
        EXPECT_EQ(matches_glob(row.pattern, row.path), row.matches);
    }
}

TEST(Glob, IsNotSlowWithManyStars) {
    const std::string path(2000, 'a');
    std::string pattern;
    for (int i = 0; i < 500; ++i) pattern += "a*";

    EXPECT_FALSE(matches_glob(pattern + "b", path));
}

TEST(PathPatterns, MeanDirectoriesAndTakeAway) {
    const auto patterns = PathPatterns::parse("out\n!out/**/*.log\n./docs/../site/\n/w/abs/*.js\n", "/w");

    EXPECT_TRUE(patterns.refused.empty());
    EXPECT_TRUE(patterns.match("out/a/b.txt"));
    EXPECT_FALSE(patterns.match("out/a/b.log"));
    EXPECT_TRUE(patterns.match("site/index.html"));
    EXPECT_FALSE(patterns.match("docs/x"));
    EXPECT_TRUE(patterns.match("abs/x.js"));
}

TEST(PathPatterns, RefuseWhatLeadsOut) {
    for (const char* text : {"../x", "/etc/passwd", "a/../../b", "~/x", "/workspace-else"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(PathPatterns::parse(text, "/work").refused, text);
    }
}

}  // namespace
}  // namespace flux::providers::local
