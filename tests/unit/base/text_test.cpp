#include "base/text.hpp"

#include <gmock/gmock.h>

namespace flux {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Text, ReplacesMalformedUtf8AndDropsNul) {
    EXPECT_EQ(to_utf8(std::string_view{"a\0b", 3}), "ab");
    EXPECT_EQ(to_utf8("ok \xC3\xA9"), "ok \xC3\xA9");
    EXPECT_EQ(to_utf8("\xFFx"), "\xEF\xBF\xBDx");
    EXPECT_EQ(to_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Text, RefusesOverlongFormsAndSurrogates) {
    EXPECT_TRUE(is_utf8("\xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_utf8("\xC0\xAF"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
}

TEST(Text, IgnoresTheCaseOfLettersAndOfNothingElse) {
    // Every pair of bytes, wherever it stands in texts of every way to read them.
    for (const std::size_t size : {1U, 2U, 3U, 4U, 7U, 8U, 9U, 15U, 16U, 20U}) {
        for (std::size_t at = 0; at < size; ++at) {
            for (int x = 0; x < 256; ++x) {
                for (int y = 0; y < 256; ++y) {
                    if ((x ^ y) != 0x20 && x != y && y % 16 != 1) continue;
                    std::string a(size, 'q');
                    std::string b(size, 'Q');
                    a[at] = static_cast<char>(x);
                    b[at] = static_cast<char>(y);
                    const bool same = ascii_lower(a) == ascii_lower(b);
                    ASSERT_EQ(equal_ignoring_case(a, b), same) << size << " at " << at << ": " << x << ' ' << y;
                }
            }
        }
    }
    EXPECT_TRUE(equal_ignoring_case("", ""));
    EXPECT_FALSE(equal_ignoring_case("a", ""));
    EXPECT_TRUE(equal_ignoring_case("Content-Type", "content-TYPE"));
    EXPECT_FALSE(equal_ignoring_case("@[`{", "`{@["));
}

TEST(Text, CountsTheAsciiInFrontWhereverItEnds) {
    for (std::size_t size = 0; size <= 100; ++size) {
        std::string text(size, 'a');
        EXPECT_EQ(ascii_length(text), size);
        for (std::size_t at = 0; at < size; ++at) {
            text[at] = '\x80';
            EXPECT_EQ(ascii_length(text), at) << "of " << size;
            text[at] = '\x7F';
        }
    }
}

TEST(Text, ReadsOnlyWholeIntegers) {
    EXPECT_EQ(to_integer("42"), 42);
    EXPECT_EQ(to_integer("-7"), -7);
    EXPECT_EQ(to_integer("9223372036854775808"), std::nullopt);
    EXPECT_EQ(to_integer("4x"), std::nullopt);
    EXPECT_EQ(to_integer(""), std::nullopt);
}

TEST(Text, NamesTheNearestFirst) {
    const std::vector<std::string> branches{"main", "feature/login", "fix/logout", "release"};

    EXPECT_THAT(nearest("mian", branches), ElementsAre("main"));
    EXPECT_THAT(nearest("login", branches), testing::Contains("feature/login"));
    EXPECT_THAT(nearest("zzzzzzzz", branches), IsEmpty());
}

TEST(Text, ShortensBetweenCharacters) {
    EXPECT_EQ(shortened("short", 10), "short");
    EXPECT_EQ(shortened("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 6), "\xC3\xA9…");
}

}  // namespace
}  // namespace flux
