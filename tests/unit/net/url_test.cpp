#include "net/url.hpp"

#include <gtest/gtest.h>

namespace flux::net {
namespace {

TEST(Url, KnowsItsOrigin) {
    struct Row {
        const char* text;
        const char* origin;
    };
    for (const auto& row :
         {Row{"https://API.GitHub.com/x?y", "https://api.github.com:443"},
          Row{"http://127.0.0.1:8080", "http://127.0.0.1:8080"}, Row{"https://[::1]/", "https://[::1]:443"}}) {
        SCOPED_TRACE(row.text);
        const auto url = Url::parse(row.text);
        ASSERT_TRUE(url);
        EXPECT_EQ(url->origin(), row.origin);
    }
}

TEST(Url, RefusesWhatIsNoPlainWebAddress) {
    for (const auto* text :
         {"", "github.com", "file:///etc/passwd", "ftp://host/", "https://user:pass@host/", "https://user@host/",
          "https://", "https://ho st/", "https://host:99999/", "javascript:alert(1)", "https://host/\n"}) {
        EXPECT_FALSE(Url::parse(text)) << text;
    }
    EXPECT_FALSE(Url::parse(std::string(20'000, 'a')));
}

TEST(Url, ResolvesReferences) {
    const auto base = Url::parse("https://host/a/b?c");
    ASSERT_TRUE(base);
    EXPECT_EQ(base->resolved("/x")->text(), "https://host/x");
    EXPECT_EQ(base->resolved("x?y")->text(), "https://host/a/x?y");
    EXPECT_EQ(base->resolved("//other/z")->origin(), "https://other:443");
    EXPECT_EQ(base->resolved("http://evil/")->origin(), "http://evil:80");
    EXPECT_FALSE(base->resolved("file:///etc/passwd"));
}

TEST(Url, EncodesEverythingButUnreservedCharacters) {
    EXPECT_EQ(percent_encoded("feat/x y~1.2_3-ä"), "feat%2Fx%20y~1.2_3-%C3%A4");
}

}  // namespace
}  // namespace flux::net
