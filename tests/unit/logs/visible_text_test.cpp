#include "logs/visible_text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::logs {
namespace {

TEST(VisibleText, LeavesOnlyWhatAReaderMaySee) {
    struct Row {
        const char* name;
        const char* line;
        const char* for_models;
        const char* for_terminals;
    };
    const std::array rows{
        Row{"plain", "not ok 3 - adds", "not ok 3 - adds", "not ok 3 - adds"},
        Row{"colours", "\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m"},
        Row{"extended colours", "\x1b[38;2;1;2;3mx", "x", "\x1b[38;2;1;2;3mx\x1b[0m"},
        Row{"clear screen", "a\x1b[2J\x1b[Hb", "ab", "ab"},
        Row{"private sequence that ends in m", "a\x1b[>4mb", "ab", "ab"},
        Row{"title", "\x1b]0;pwned\x07x", "x", "x"},
        Row{"hyperlink", "\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link", "link"},
        Row{"device control", "\x1bPq#0\x1b\\x", "x", "x"},
        Row{"cut at the end", "x\x1b[31", "x", "x"},
        Row{"a lone escape", "x\x1b", "x", "x"},
        Row{"reset of the terminal",
            "\x1b"
            "cx",
            "x", "x"},
        Row{"CSI in one character", "a\u009b31mb", "ab", "a\x1b[31mb\x1b[0m"},
        Row{"overwritten progress", "10%\r50%\r100%\r", "100%", "100%"},
        Row{"backspaces and bells",
            "a\x08\x07"
            "b",
            "b", "b"},
        Row{"direction override",
            "a\u202e"
            "b\u2066c",
            "a<U+202E>b<U+2066>c", "a<U+202E>b<U+2066>c"},
        Row{"tag characters", "a\U000E0041\U000E0042\U000E0043b", "a<U+E0041 and 2 more>b", "a<U+E0041 and 2 more>b"},
        Row{"joiners of emoji", "👩‍🚀 ❤️", "👩‍🚀 ❤️", "👩‍🚀 ❤️"},
        Row{"tabs and letters stay", "\tnaïve ✓", "\tnaïve ✓", "\tnaïve ✓"},
        Row{"invalid UTF-8",
            "a\xff"
            "b",
            "a\ufffdb", "a\ufffdb"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        EXPECT_EQ(visible_text(row.line, Escapes::none), row.for_models);
        EXPECT_EQ(visible_text(row.line, Escapes::colours), row.for_terminals);
    }
}

}  // namespace
}  // namespace flux::logs
