#include "cli/connect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flux::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const ConnectFacts with_token{"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", true};

TEST(Connect, GivesEachClientItsOwnSnippet) {
    for (const auto* client : {"claude-code", "codex", "cursor", "vscode", "copilot-cli", "gemini-cli"}) {
        SCOPED_TRACE(client);
        const auto open = connect_snippet(client, {"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", false});
        const auto closed = connect_snippet(client, with_token);

        ASSERT_TRUE(open && closed);
        EXPECT_THAT(*open, HasSubstr("http://127.0.0.1:8787/mcp"));
        EXPECT_THAT(*open, Not(HasSubstr("oken")));
        EXPECT_THAT(*closed, testing::AnyOf(HasSubstr("FLUX_TOKEN"), HasSubstr("${input:flux-token}")));
    }
    EXPECT_THAT(*connect_snippet("claude-desktop", with_token), HasSubstr("\"command\": \"/opt/flux-mcp\""));
}

TEST(Connect, NamesTheClientsThereAre) {
    const auto unknown = connect_snippet("emacs", with_token);

    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("vscode"));
}

}  // namespace
}  // namespace flux::cli
