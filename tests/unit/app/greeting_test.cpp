#include "app/greeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/secret.hpp"

namespace flux::app {
namespace {

using testing::HasSubstr;

TEST(Greeting, SaysWhatANewcomerNeedsInTwelveLines) {
    Settings settings;
    settings.repository = "/srv/site";
    settings.state_directory = "/var/lib/flux";

    const auto text = greeting(settings, "bwrap", "", "");

    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 12);
    EXPECT_THAT(text, HasSubstr("http://127.0.0.1:8787/\n")) << "the page asks for nothing";
    EXPECT_THAT(text, HasSubstr("http://127.0.0.1:8787/mcp"));
    EXPECT_THAT(text, HasSubstr("no token"));
    EXPECT_THAT(text, HasSubstr("/srv/site"));
    EXPECT_THAT(text, HasSubstr("bwrap"));
}

TEST(Greeting, NeverShowsTheToken) {
    Settings settings;
    settings.tokens = *admission::Tokens::parse(Secret{std::string{"a-token-0123456789abcdef"}});

    const auto text = greeting(settings, "none", "bubblewrap is missing", "0123abcd");

    EXPECT_THAT(text, testing::Not(HasSubstr("a-token")));
    EXPECT_THAT(text, HasSubstr("MCP_AUTH_TOKEN"));
    EXPECT_THAT(text, HasSubstr("http://127.0.0.1:8787/#link=0123abcd"));
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 12);
    EXPECT_THAT(text, HasSubstr("bubblewrap is missing"));
}

}  // namespace
}  // namespace flux::app
