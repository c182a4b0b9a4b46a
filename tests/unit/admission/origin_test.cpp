#include "admission/origin.hpp"

#include <gmock/gmock.h>

#include <string>

namespace flux::admission {
namespace {

TEST(Authority, HasOneFormForEachHost) {
    EXPECT_EQ(Authority::parse("LocalHost.:8787")->host, "localhost");
    EXPECT_EQ(Authority::parse("[::1]:8787")->host, "::1");
    EXPECT_EQ(Authority::parse("[::ffff:127.0.0.1]")->host, "127.0.0.1");
    EXPECT_EQ(Authority::parse("example.com")->port, std::nullopt);
    EXPECT_EQ(Authority::parse("example.com:443")->port, 443);
}

TEST(Authority, RefusesWhatTwoReadersCouldTakeDifferently) {
    for (const auto* text : {"",
                             ":80",
                             "a:",
                             "a:0",
                             "a:65536",
                             "a:+1",
                             "a:-1",
                             "a:1:2",
                             "user@a",
                             "a/b",
                             "a b",
                             "a\\b",
                             "a#",
                             "a?",
                             "a%2e",
                             "::1",
                             "[::1",
                             "[::1]x",
                             "[fe80::1%25eth0]",
                             "127.1",
                             "2130706433",
                             "0x7f000001",
                             "127.0.0.0x1",
                             ".a",
                             "a..b",
                             "a..",
                             "caf\xC3\xA9.com"}) {
        EXPECT_FALSE(Authority::parse(text)) << text;
    }
    EXPECT_FALSE(Authority::parse(std::string_view{"localhost\0.evil.com", 19}));
    EXPECT_FALSE(Authority::parse(std::string(254, 'a')));
}

TEST(Origin, FillsInThePortOfItsScheme) {
    EXPECT_EQ(*Origin::parse("https://Example.com"), *Origin::parse("HTTPS://example.com:443"));
    EXPECT_NE(*Origin::parse("https://example.com"), *Origin::parse("http://example.com"));
    EXPECT_NE(*Origin::parse("http://localhost"), *Origin::parse("http://localhost:8080"));
}

TEST(Origin, IsWrittenAsBrowsersWriteIt) {
    EXPECT_EQ(Origin::parse("https://Example.com:443")->text(), "https://example.com");
    EXPECT_EQ(Origin::parse("http://[::1]:8787")->text(), "http://[::1]:8787");
    EXPECT_EQ(Origin::parse("vscode-webview://abc")->text(), "vscode-webview://abc");
}

TEST(Origin, RefusesWhatIsNone) {
    for (const auto* text : {"", "null", "example.com", "https://", "https://a/", "https://a?b", "https://u@a", "://a",
                             "1a://b", "https:/a", "https://a b"}) {
        EXPECT_FALSE(Origin::parse(text)) << text;
    }
}

TEST(Origin, IsTakenFromAUrl) {
    EXPECT_EQ(*Origin::of_url("https://flux.example.com/base/?x#y"), *Origin::parse("https://flux.example.com"));
    EXPECT_FALSE(Origin::of_url("ftp://example.com"));
    EXPECT_FALSE(Origin::of_url("flux.example.com"));
}

}  // namespace
}  // namespace flux::admission
