#include "providers/local/environment_file.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::providers::local {
namespace {

TEST(EnvironmentFile, HoldsAssignments) {
    struct Row {
        const char* name;
        const char* text;
        Assignments expected;
    };
    const std::array rows{
        Row{"empty", "", {}},
        Row{"plain", "A=1\n\nB=x=y\n", {{"A", "1"}, {"B", "x=y"}}},
        Row{"no last line feed", "A=1", {{"A", "1"}}},
        Row{"empty value", "A=\n", {{"A", ""}}},
        Row{"CR stays", "A=1\r\n", {{"A", "1\r"}}},
        Row{"heredoc", "A<<E\n1\n\n2\nE\nB=3\n", {{"A", "1\n\n2"}, {"B", "3"}}},
        Row{"empty heredoc", "A<<E\nE\n", {{"A", ""}}},
        Row{"heredoc without a last line feed", "A<<E\n1\nE", {{"A", "1"}}},
        Row{"equals before heredoc", "A=x<<E\n", {{"A", "x<<E"}}},
        Row{"heredoc before equals", "A<<E=\n1\nE=\n", {{"A", "1"}}},
        Row{"byte order mark",
            "\xEF\xBB\xBF"
            "A=1",
            {{"A", "1"}}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto parsed = parse_assignments(row.text);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(*parsed, row.expected);
    }
}

TEST(EnvironmentFile, NamesTheLineThatIsWrong) {
    struct Row {
        const char* text;
        const char* says;
    };
    const std::array rows{
        Row{"A=1\nbroken\n", "line 2: Invalid format 'broken'"},
        Row{"=1\n", "line 1: The name in front of `=` is empty."},
        Row{"<<E\nE\n", "line 1: The name in front of `<<` is empty."},
        Row{"A<<\nx\n", "line 1: The delimiter behind `<<` is empty."},
        Row{"A<<E\nx\n", "line 1: Matching delimiter not found 'E'."},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        const auto parsed = parse_assignments(row.text);
        ASSERT_FALSE(parsed);
        EXPECT_TRUE(parsed.error().message.starts_with(row.says)) << parsed.error().message;
    }
}

TEST(EnvironmentFile, HoldsDirectoriesForThePath) {
    EXPECT_EQ(parse_path_lines("/a\n\n/b\r\n/c"), (std::vector<std::string>{"/a", "/b", "/c"}));
}

}  // namespace
}  // namespace flux::providers::local
