#include "app/read_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/id.hpp"

namespace flux::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

/// The variables of a working GitHub provider, with `more` over them.
Variables on_github(Variables more) {
    more.merge(Variables{{"GITHUB_TOKEN", "secret"}, {"GITHUB_OWNER", "octo"}, {"GITHUB_REPO", "site"}});
    return more;
}

/// Sources with a repository and a home, in a folder that goes with the test.
class ReadSettings : public testing::Test {
protected:
    ReadSettings() {
        fs::create_directories(folder_ / "site/.git");
        sources.environment = {{"HOME", folder_.string()}, {"FLUX_REPO", (folder_ / "site").string()}};
        sources.working_directory = folder_;
    }
    ~ReadSettings() override { fs::remove_all(folder_); }

    fs::path write(const std::string& name, const std::string& content) {
        std::ofstream{folder_ / name} << content;
        return folder_ / name;
    }

    std::string mistakes() { return to_text(read_settings(sources).mistakes); }

    const fs::path folder_ = fs::temp_directory_path() / ("flux-settings-" + random_id(8));
    Sources sources;
};

TEST_F(ReadSettings, NeedNothingButARepository) {
    const auto read = read_settings(sources);

    ASSERT_TRUE(read.mistakes.empty()) << to_text(read.mistakes);
    EXPECT_EQ(read.settings.port, 8787);
    EXPECT_EQ(read.settings.host, "127.0.0.1");
    EXPECT_EQ(read.settings.state_directory, folder_ / ".local/state/flux-mcp");
    EXPECT_EQ(base_url(read.settings), "http://127.0.0.1:8787");
    EXPECT_FALSE(read.settings.production);
}

TEST_F(ReadSettings, TakeFlagsBeforeTheEnvironmentBeforeTheFile) {
    sources.file = write("flux.toml",
                         "port = 1001\npreview_port = 2001\nrate_limit = 7\nread_only = true\n"
                         "allowed_branches = [\"main\", \"feature/*\"]\n");
    sources.environment["PORT"] = "1002";
    sources.environment["FLUX_PREVIEW_PORT"] = "2002";
    sources.flags["port"] = "1003";

    const auto read = read_settings(sources);

    ASSERT_TRUE(read.mistakes.empty()) << to_text(read.mistakes);
    EXPECT_EQ(read.settings.port, 1003);
    EXPECT_EQ(read.settings.preview_port, 2002);
    EXPECT_EQ(read.settings.rate_limit, 7);
    EXPECT_TRUE(read.settings.read_only);
    EXPECT_THAT(read.settings.allowed_branches, testing::ElementsAre("main", "feature/*"));
}

TEST_F(ReadSettings, TakeADefaultWorkflowThatIsAllowed) {
    sources.environment["FLUX_ALLOWED_WORKFLOWS"] = "preview-*.yml";
    sources.environment["GITHUB_WORKFLOW_FILE"] = "preview-site.yml";

    EXPECT_EQ(mistakes(), to_text({}));
}

TEST_F(ReadSettings, KeepAPageSignedInForADayOrAsLongAsTheySay) {
    EXPECT_EQ(read_settings(sources).settings.page_session_time, std::chrono::hours{24});
    sources.environment["FLUX_UI_SESSION_SECONDS"] = "900";
    EXPECT_EQ(read_settings(sources).settings.page_session_time, std::chrono::minutes{15});
    sources.environment["FLUX_UI_SESSION_SECONDS"] = "1";
    EXPECT_THAT(mistakes(), testing::HasSubstr("FLUX_UI_SESSION_SECONDS"));
}

TEST_F(ReadSettings, AreLenientUntilToldToBeStrict) {
    const auto before = read_settings(sources).settings;
    EXPECT_FALSE(before.strict_tools);
    EXPECT_TRUE(before.query_tokens);
    sources.environment["FLUX_STRICT_TOOLS"] = "yes";
    sources.flags["query_tokens"] = "no";

    const auto read = read_settings(sources);

    ASSERT_TRUE(read.mistakes.empty()) << to_text(read.mistakes);
    EXPECT_TRUE(read.settings.strict_tools);
    EXPECT_FALSE(read.settings.query_tokens);
}

TEST_F(ReadSettings, SayWhatIsWrongAndWhere) {
    struct Row {
        const char* name;
        std::map<std::string, std::string> environment;
        const char* place;
        const char* what;
    };
    const std::array rows{
        Row{"no port", {{"PORT", "eighty"}}, "PORT in the environment", "\"eighty\""},
        Row{"port too big", {{"PORT", "65536"}}, "PORT", "65536"},
        Row{"unknown", {{"FLUX_RATE_LIMITS", "3"}}, "FLUX_RATE_LIMITS", "Did you mean FLUX_RATE_LIMIT?"},
        Row{"transport", {{"TRANSPORT", "carrier-pigeon"}}, "TRANSPORT", "websocket, stdio"},
        Row{"log level", {{"LOG_LEVEL", "loud"}}, "LOG_LEVEL", "one of debug"},
        Row{"environment", {{"FLUX_ENV", "prod"}}, "FLUX_ENV", "development, production"},
        Row{"flag", {{"FLUX_READ_ONLY", "maybe"}}, "FLUX_READ_ONLY", "neither yes nor no"},
        Row{"strict tools", {{"FLUX_STRICT_TOOLS", "very"}}, "FLUX_STRICT_TOOLS", "neither yes nor no"},
        Row{"tokens in queries", {{"FLUX_QUERY_TOKENS", "some"}}, "FLUX_QUERY_TOKENS", "neither yes nor no"},
        Row{"origin", {{"FLUX_ALLOWED_ORIGINS", "https://a.example, nonsense"}}, "FLUX_ALLOWED_ORIGINS", "nonsense"},
        Row{"proxies", {{"FLUX_TRUSTED_PROXIES", "10.0.0.0/99"}}, "FLUX_TRUSTED_PROXIES", "10.0.0.0/99"},
        Row{"no repository", {{"FLUX_REPO", "/nonexistent"}}, "FLUX_REPO", "no git repository"},
        Row{"tools", {{"FLUX_TOOLS", "tools"}}, "FLUX_TOOLS", "absolute"},
        Row{"one port for both", {{"PORT", "8788"}}, "FLUX_PREVIEW_PORT", "main port"},
        Row{"github without a token", on_github({{"GITHUB_TOKEN", ""}}), "GITHUB_TOKEN",
            "needs a token or a GitHub App"},
        Row{"github without an owner", on_github({{"GITHUB_OWNER", ""}}), "GITHUB_OWNER", "FLUX_PROVIDER=local"},
        Row{"a repository with a slash", on_github({{"GITHUB_REPO", "octo/site"}}), "GITHUB_REPO",
            "no name that GitHub allows"},
        Row{"a token with a line break", on_github({{"GITHUB_TOKEN", "a\nb"}}), "GITHUB_TOKEN",
            "no blanks or line breaks"},
        Row{"an API without TLS", on_github({{"FLUX_GITHUB_API_URL", "http://github.example"}}), "FLUX_GITHUB_API_URL",
            "plain http"},
        Row{"an API that is none", on_github({{"FLUX_GITHUB_API_URL", "github"}}), "FLUX_GITHUB_API_URL", "no URL"},
        Row{"an App without a key", on_github({{"FLUX_GITHUB_APP_ID", "1"}}), "FLUX_GITHUB_APP_KEY", "both"},
        Row{"another repository than is allowed", on_github({{"FLUX_ALLOWED_REPOS", "octo/other,else/*"}}),
            "FLUX_ALLOWED_REPOS", "does not allow octo/site"},
        Row{"a pattern that is none", on_github({{"FLUX_PREVIEW_URL_PATTERN", "(("}}), "FLUX_PREVIEW_URL_PATTERN",
            "no regular expression"},
        Row{"a default workflow that is not allowed",
            {{"FLUX_ALLOWED_WORKFLOWS", "preview-*.yml,pages.yml"}},
            "FLUX_ALLOWED_WORKFLOWS",
            "does not allow deploy.yml"},
        Row{"TLS", {{"FLUX_TLS_CERT", "/a.pem"}}, "FLUX_TLS_CERT", "TLS"},
        Row{"Redis", {{"FLUX_REDIS_URL", "redis://x"}}, "FLUX_REDIS_URL", "Redis"},
        Row{"a key as a file",
            {{"FLUX_GITHUB_APP_KEY_FILE", "/nonexistent"}},
            "FLUX_GITHUB_APP_KEY_FILE",
            "cannot read"},
        Row{"secret file", {{"MCP_AUTH_TOKEN_FILE", "/nonexistent"}}, "MCP_AUTH_TOKEN_FILE", "cannot read"},
        Row{"no file for a plain setting", {{"FLUX_REPO_FILE", "/x"}}, "FLUX_REPO_FILE", "no such setting"},
        Row{"production without a token", {{"NODE_ENV", "production"}}, "MCP_AUTH_TOKEN", "needs a token"},
        Row{"open to the network", {{"FLUX_HOST", "0.0.0.0"}}, "FLUX_HOST", "needs a token"},
        Row{"production without a limit",
            {{"FLUX_ENV", "production"}, {"MCP_AUTH_TOKEN", "0123456789abcdef"}, {"FLUX_RATE_LIMIT", "0"}},
            "FLUX_RATE_LIMIT",
            "rate limit"},
        Row{"production by plain HTTP",
            {{"FLUX_ENV", "production"},
             {"MCP_AUTH_TOKEN", "0123456789abcdef"},
             {"FLUX_PUBLIC_URL", "http://flux.example.org"}},
            "FLUX_PUBLIC_URL",
            "https only"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto before = sources.environment;
        for (const auto& [name, value] : row.environment) sources.environment[name] = value;

        const auto read = read_settings(sources);

        ASSERT_EQ(read.mistakes.size(), 1U) << to_text(read.mistakes);
        EXPECT_THAT(read.mistakes[0].place, HasSubstr(row.place));
        EXPECT_THAT(to_text(read.mistakes), HasSubstr(row.what));
        EXPECT_FALSE(read.mistakes[0].cure.empty());
        sources.environment = before;
    }
}

TEST_F(ReadSettings, SayAllMistakesAtOnce) {
    sources.environment["PORT"] = "eighty";
    sources.environment["FLUX_RATE_LIMIT"] = "many";
    sources.flags["log_level"] = "loud";

    EXPECT_THAT(mistakes(), testing::AllOf(HasSubstr("3 mistakes"), HasSubstr("PORT"), HasSubstr("FLUX_RATE_LIMIT"),
                                           HasSubstr("--log-level")));
}

TEST_F(ReadSettings, SayTheLineOfAFile) {
    sources.file = write("flux.toml", "port = 1001\nprot = 1\nhost = { a = 1 }\n");
    const auto text = mistakes();

    EXPECT_THAT(text, HasSubstr("flux.toml:2"));
    EXPECT_THAT(text, HasSubstr("prot"));
    EXPECT_THAT(text, HasSubstr("flux.toml:3"));

    sources.file = write("broken.toml", "port = = 1\n");
    EXPECT_THAT(mistakes(), HasSubstr("broken.toml:1"));
    sources.file = folder_ / "none.toml";
    EXPECT_THAT(mistakes(), HasSubstr("none.toml"));
}

TEST_F(ReadSettings, TakeSecretsFromFilesAndNeverShowThem) {
    sources.environment["MCP_AUTH_TOKEN_FILE"] =
        write("token", "first-token-0123456789,second-token-0123456789\n").string();
    const auto read = read_settings(sources);
    ASSERT_TRUE(read.mistakes.empty()) << to_text(read.mistakes);
    EXPECT_EQ(read.settings.tokens.size(), 2U);

    sources.environment["MCP_AUTH_TOKEN"] = "another-token-0123456789";
    const auto text = mistakes();
    EXPECT_THAT(text, HasSubstr("Keep one of the two"));
    EXPECT_THAT(text, testing::Not(HasSubstr("0123456789")));
}

TEST_F(ReadSettings, TakeTheOldServersVariablesForGitHub) {
    sources.environment = on_github({{"GITHUB_WORKFLOW_FILE", "preview.yml"}});
    sources.environment["HOME"] = folder_.string();

    const auto read = read_settings(sources);

    EXPECT_EQ(to_text(read.mistakes), to_text({}));
    EXPECT_EQ(read.settings.provider, ProviderChoice::github);
    EXPECT_EQ(read.settings.github.owner, "octo");
    EXPECT_EQ(read.settings.github.repository, "site");
    EXPECT_EQ(read.settings.github.token.reveal(), "secret");
    EXPECT_EQ(read.settings.github.api_url, "https://api.github.com");
    EXPECT_EQ(read.settings.workflow_file, "preview.yml");
}

TEST_F(ReadSettings, LeaveGitHubsVariablesAloneWhereTheProviderIsLocal) {
    sources.environment["GITHUB_TOKEN"] = "x";
    sources.environment["FLUX_PROVIDER"] = "local";

    EXPECT_TRUE(read_settings(sources).mistakes.empty());
}

TEST_F(ReadSettings, FindTheRepositoryOfTheWorkingDirectory) {
    sources.environment.erase("FLUX_REPO");
    fs::create_directories(folder_ / "site/docs/deep");
    sources.working_directory = folder_ / "site/docs/deep";
    EXPECT_EQ(read_settings(sources).settings.repository, folder_ / "site");

    sources.working_directory = folder_;
    EXPECT_THAT(mistakes(), HasSubstr("FLUX_REPO"));
}

TEST_F(ReadSettings, TakeEmptyVariablesForUnset) {
    sources.environment["PORT"] = "";
    sources.environment["FLUX_ENV"] = "";

    EXPECT_TRUE(read_settings(sources).mistakes.empty());
}

}  // namespace
}  // namespace flux::app
