#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace flux::cli {
namespace {

Command command(std::vector<std::string> arguments) {
    auto parsed = parse_command_line(std::move(arguments));
    if (auto* said = std::get_if<Said>(&parsed)) throw std::invalid_argument{said->err};
    return std::get<Command>(parsed);
}

Said said(std::vector<std::string> arguments) { return std::get<Said>(parse_command_line(std::move(arguments))); }

TEST(CommandLine, ReadsAPreviewWithItsInputs) {
    const auto asked = command({"preview", "feature/a", "--input", "text=a=b, c", "--input", "flag=true", "--follow"});

    EXPECT_EQ(asked.name, Command::Name::preview);
    EXPECT_EQ(asked.branch, "feature/a");
    ASSERT_EQ(asked.inputs.size(), 2U);
    EXPECT_EQ(asked.inputs[0], std::pair(std::string{"text"}, std::string{"a=b, c"}));
    EXPECT_TRUE(asked.follow);
    EXPECT_FALSE(asked.fresh);
}

TEST(CommandLine, KeepsSettingsByTheirKeys) {
    const auto asked = command({"serve", "--port", "9", "--preview-port=10", "--state-dir", "/s", "--config", "f.toml",
                                "--tool-names=safe", "--quiet"});

    EXPECT_EQ(asked.name, Command::Name::serve);
    EXPECT_EQ(asked.flags.at("port"), "9");
    EXPECT_EQ(asked.flags.at("preview_port"), "10");
    EXPECT_EQ(asked.flags.at("state_dir"), "/s");
    EXPECT_EQ(asked.flags.at("tool_names"), "safe");
    EXPECT_EQ(asked.config, "f.toml");
    EXPECT_TRUE(asked.quiet);
}

TEST(CommandLine, ReadsTheOthers) {
    EXPECT_EQ(command({}).name, Command::Name::unnamed);
    EXPECT_EQ(command({"stdio"}).name, Command::Name::stdio);
    EXPECT_EQ(command({"check"}).name, Command::Name::check);
    EXPECT_EQ(command({"connect", "codex"}).client, "codex");
    const auto logs = command({"logs", "12", "--job", "test (20)", "--step", "3"});
    EXPECT_EQ(logs.run, "12");
    EXPECT_EQ(logs.job, "test (20)");
    EXPECT_EQ(logs.step, "3");
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"fly"},
                                                      {"preview"},
                                                      {"preview", "main", "--fast"},
                                                      {"preview", "main", "--input", "x"},
                                                      {"logs"},
                                                      {"connect"},
                                                      {"serve", "extra"}}) {
        SCOPED_TRACE(arguments.front());
        const auto answer = said(arguments);

        EXPECT_EQ(answer.code, 2);
        EXPECT_FALSE(answer.err.empty());
    }
}

TEST(CommandLine, HelpFitsAScreen) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{}, {"serve"}, {"stdio"}, {"preview"}, {"logs"}, {"connect"}, {"check"}}) {
        auto arguments = words;
        arguments.push_back("--help");
        const auto answer = said(arguments);

        EXPECT_EQ(answer.code, 0);
        const auto lines = split(answer.out, '\n');
        EXPECT_LE(lines.size(), 40U);
        for (const auto line : lines) EXPECT_LE(line.size(), 120U) << line;
    }
}

TEST(CommandLine, SaysItsVersion) {
    const auto answer = said({"--version"});

    EXPECT_EQ(answer.code, 0);
    EXPECT_THAT(answer.out, testing::StartsWith("flux-mcp 0."));
}

}  // namespace
}  // namespace flux::cli
