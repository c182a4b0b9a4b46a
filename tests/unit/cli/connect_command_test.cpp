#include "cli/connect_command.hpp"

#include <gmock/gmock.h>

namespace flux::cli {
namespace {

using testing::HasSubstr;

TEST(ConnectCommand, PrintsTheStepsOfOneClient) {
    app::Settings settings;
    Command command;
    command.client = "codex";

    testing::internal::CaptureStdout();
    EXPECT_EQ(run_connect(command, settings), 0);
    const auto said = testing::internal::GetCapturedStdout();

    EXPECT_THAT(said,
                HasSubstr("In ~/.codex/config.toml:\n\n[mcp_servers.flux]\nurl = \"http://127.0.0.1:8787/mcp\"\n"));
}

TEST(ConnectCommand, NamesTheClientsThereAre) {
    Command command;
    command.client = "emacs";

    testing::internal::CaptureStderr();
    EXPECT_EQ(run_connect(command, {}), 2);

    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                HasSubstr("claude-code, claude-desktop, codex, cursor, vscode"));
}

}  // namespace
}  // namespace flux::cli
