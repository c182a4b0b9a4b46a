#include "logs/line_cleaner.hpp"

#include <gmock/gmock.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace flux::logs {
namespace {

std::string cleaned(LineCleaner& cleaner, std::string_view line) { return std::string{cleaner.clean(line).text}; }

TEST(LineCleaner, HidesSecretsThatSomethingStandsIn) {
    Masks masks;
    masks.add("sup3r-s3cret");
    struct Row {
        const char* name;
        std::string line;
        const char* with_colours;
        const char* bare;
    };
    const std::array rows{
        Row{"nothing", "x sup3r-s3cret y", "x *** y", "x *** y"},
        Row{"a colour", "x sup3r\x1b[31m-s3cret\x1b[0m y", "x ***\x1b[31m\x1b[0m y", "x *** y"},
        Row{"a cursor movement", "x sup3r\x1b[K-s3cret y", "x *** y", "x *** y"},
        Row{"a link", "\x1b]8;;http://a\x07sup3r-s3cret\x1b]8;;\x07", "***", "***"},
        Row{"a NUL", std::string{"sup3r\0-s3cret", 13}, "***", "***"},
        Row{"a zero width space", "sup3r\u200b-s3cret", "***", "***"},
        Row{"an invisible character before it", "\u200bsup3r-s3cret", "<U+200B>***", "<U+200B>***"},
        Row{"a byte order mark", "sup3r\ufeff-s3cret", "***", "***"},
        Row{"a backspace", "sup3rX\b-s3cret", "***", "***"},
        Row{"what was overwritten", "sup3r-s3cret\rdone", "done", "done"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        LineCleaner cleaner{Escapes::colours, {.known = &masks}};
        const auto line = cleaner.clean(row.line);
        EXPECT_EQ(line.text, row.with_colours);
        EXPECT_EQ(line.bare, row.bare);
    }
}

TEST(LineCleaner, ChangesNothingWhenItCleansAgain) {
    const std::array<std::string, 8> lines{"\x1b[31mred\x1b[0m",
                                           "\x1b[1mopen",
                                           "a\u202e\u202eb",
                                           "https://u:passw0rd@host/?token=abcdefghijkl",
                                           "Authorization: Bearer abcdefghijklmnop",
                                           "\xff\xfe\x80",
                                           "##[error]\x1b[m bad \u009b1m",
                                           "AKIAIOSFODNN7EXAMPLE"};
    for (const auto& line : lines) {
        SCOPED_TRACE(line);
        for (const auto keep : {Escapes::none, Escapes::colours}) {
            LineCleaner cleaner{keep, {}};
            const auto once = cleaned(cleaner, line);
            EXPECT_EQ(cleaned(cleaner, once), once);
        }
    }
}

TEST(LineCleaner, ShowsWhatVariationSelectorsSayToNobody) {
    const auto text = [](std::string_view line) {
        LineCleaner cleaner{Escapes::none, {}};
        return std::string{cleaner.clean(line).text};
    };
    // The shape of an emoji.
    EXPECT_EQ(text("\u26a0\ufe0f careful \u2764\ufe0f\u2764\ufe0e"), "\u26a0\ufe0f careful \u2764\ufe0f\u2764\ufe0e");
    // Hidden bytes behind one.
    EXPECT_EQ(text("\u26a0\ufe0f\ufe01\ufe04\U000e0101\ufe0f ok"), "\u26a0\ufe0f<U+FE01 and 3 more> ok");
    EXPECT_EQ(text("\u26a0\U000e0101\U000e0102 ok"), "\u26a0<U+E0101 and 1 more> ok");
    EXPECT_EQ(next_unclean("a\n\u26a0\ufe0f b", 0), 10U);
    EXPECT_EQ(next_unclean("a\n\u26a0\ufe0f\ufe01 b", 0), 8U);
}

TEST(LineCleaner, SaysWhereATextIsNotClean) {
    struct Row {
        const char* name;
        std::string text;
        std::size_t place;
    };
    const std::string plain(70, 'x');
    const std::vector<Row> rows{
        {"nothing", "", 0},
        {"ASCII over lines, with tabs and colours", plain + "\n\t\x1b[1m", 76},
        {"letters, signs and emoji that stay", plain + "\u00e9\u2713\u2500\u2026\U0001f600\u3042", 70 + 2 + 9 + 4 + 3},
        {"a carriage return", plain + "\r", 70},
        {"NUL", std::string{"a\0b", 3}, 1},
        {"delete", "ab\x7f", 2},
        {"a zero-width space behind what stays", plain + "\u2713\u2713\u200b", 76},
        {"a soft hyphen", "\u00ad", 0},
        {"a byte order mark", "x\ufeff", 1},
        {"a control character of two bytes", "\u00e9\u009b31m", 2},
        {"tags", "xx\U000e0041", 2},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(next_unclean(row.text, 0), row.place);
        EXPECT_EQ(next_unclean("\r" + row.text, 1), row.place + 1);
    }
}

/// Where what a terminal shows of `line` begins: behind the last carriage return that something follows.
std::size_t shown_begin(std::string_view line) {
    const auto last = line.find_last_not_of('\r');
    return last == std::string_view::npos ? line.size() : line.rfind('\r', last) + 1;
}

TEST(LineCleaner, TakesTheShortWayAndTheLongOneToTheSameEnd) {
    const std::array<std::string, 28> parts{"word",
                                            " and a longer stretch of plain text, beyond what is copied at once",
                                            "\t",
                                            "\x1b[31m",
                                            "\x1b[m",
                                            "\x1b[1;32m",
                                            "\x1b[38;5;196m",
                                            "\x1b[38;2;255;128;0m",
                                            "\x1b[0;;:;;m",
                                            "\x1b[2K",
                                            "\x1b[?25l",
                                            "\x1b[<3m",
                                            "\x1b[1/m",
                                            "\x1b[3",
                                            "\x1b[",
                                            "\x1b",
                                            "\x1b]8;;http://a\x07",
                                            "m",
                                            "\u2713",
                                            "\U0001f600",
                                            "\u00e9",
                                            "\u200b",
                                            "\ufeff",
                                            "\xe2\x9c",
                                            "\x80",
                                            "\b",
                                            "\x7f",
                                            "\r"};
    std::mt19937 random{7};
    // The same for all lines, as in a log: what is left of one must not show in the next.
    std::array cleaners{LineCleaner{Escapes::none, {}}, LineCleaner{Escapes::colours, {}}};
    std::array others{LineCleaner{Escapes::none, {}}, LineCleaner{Escapes::colours, {}}};
    for (int round = 0; round < 20'000; ++round) {
        std::string line;
        for (auto count = random() % 20; count > 0; --count) line += parts[random() % parts.size()];
        // A control character vanishes, but nothing behind it goes the short way.
        auto marked = line;
        marked.insert(shown_begin(line), 1, '\x01');
        for (std::size_t i = 0; i < cleaners.size(); ++i) {
            const auto clean = cleaners[i].clean(line);
            const auto expected = others[i].clean(marked);
            ASSERT_EQ(clean.text, expected.text) << testing::PrintToString(line);
            ASSERT_EQ(clean.bare, expected.bare) << testing::PrintToString(line);
        }
    }
}

TEST(LineCleaner, HidesAPrivateKeyOverItsLines) {
    LineCleaner cleaner{Escapes::none, {}};
    const std::array<std::pair<const char*, const char*>, 8> lines{{
        {"key:", "key:"},
        {"  -----BEGIN OPENSSH PRIVATE KEY-----", "  -----BEGIN OPENSSH PRIVATE KEY-----"},
        {"  b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=", "  ***"},
        {"\x1b[2m  QyNTUxOQAAACD6FakeFakeFakeFake\x1b[0m", "  ***"},
        {"  dGVzdA==", "  ***"},
        {"  -----END OPENSSH PRIVATE KEY-----", "  -----END OPENSSH PRIVATE KEY-----"},
        {"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU="},
        {"-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----"},
    }};
    for (const auto& [line, expected] : lines) EXPECT_EQ(cleaned(cleaner, line), expected);
}

TEST(LineCleaner, StopsAtWhatIsNoKey) {
    LineCleaner cleaner{Escapes::none, {}};
    cleaner.clean("-----BEGIN RSA PRIVATE KEY----- is what the file has to begin with");
    for (const auto* line : {"npm ERR! not a key", "another line.", "and one more.", "a fourth"}) cleaner.clean(line);

    EXPECT_FALSE(cleaner.inside_key());
    EXPECT_EQ(cleaned(cleaner, "sha512-abcdefghijklmnopqrstuvwxyz"), "sha512-abcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace flux::logs
