#include "transport/utf8_stream.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"

namespace flux::transport {
namespace {

TEST(Utf8Stream, AgreesWithTheWholeTextCheckOnEveryShortText) {
    // All two-byte texts, and all three- and four-byte ones over the bytes where something changes.
    const std::string edges{
        "\x00\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff", 25};
    const auto agrees = [](const std::string& text) {
        Utf8Stream stream;
        bool good = true;
        for (const char c : text) good = good && stream.feed({&c, 1});
        EXPECT_EQ(good && stream.complete(), is_utf8(text)) << testing::PrintToString(text);
    };
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) agrees({static_cast<char>(a), static_cast<char>(b)});
    }
    for (const char a : edges) {
        for (const char b : edges) {
            for (const char c : edges) {
                agrees({a, b, c});
                for (const char d : edges) agrees({a, b, c, d});
            }
        }
    }
}

TEST(Utf8Stream, FailsAtTheFirstByteThatCannotBelong) {
    Utf8Stream surrogate;
    EXPECT_TRUE(surrogate.feed("sixteen letters!\xed"));
    EXPECT_FALSE(surrogate.feed("\xa0"));

    Utf8Stream beyond;
    EXPECT_FALSE(beyond.feed("\xf4\x90"));
}

}  // namespace
}  // namespace flux::transport
