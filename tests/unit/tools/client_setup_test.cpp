#include "tools/client_setup.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace flux::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string all_of(const ClientSetup& setup) {
    std::string text;
    for (const auto& step : setup.steps) text += step.text + "\n" + step.code + "\n";
    return text;
}

TEST(ClientSetup, TellsEachClientWhereTheServerIs) {
    const auto open = client_setups({"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", false});
    const auto closed = client_setups({"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", true});

    ASSERT_EQ(open.size(), 7U);
    ASSERT_EQ(closed.size(), open.size());
    for (std::size_t i = 0; i < open.size(); ++i) {
        SCOPED_TRACE(open[i].client);
        if (open[i].client == "claude-desktop") {
            EXPECT_THAT(all_of(open[i]), HasSubstr("\"command\": \"/opt/flux-mcp\""));
            continue;
        }
        EXPECT_THAT(all_of(open[i]), HasSubstr("http://127.0.0.1:8787/mcp"));
        EXPECT_THAT(all_of(open[i]), Not(HasSubstr("oken")));
        EXPECT_THAT(all_of(closed[i]), testing::AnyOf(HasSubstr("FLUX_TOKEN"), HasSubstr("${input:flux-token}")));
    }
}

TEST(ClientSetup, WritesCodeThatItsLanguageReads) {
    for (const auto& setup : client_setups({"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", true})) {
        SCOPED_TRACE(setup.client);
        for (const auto& step : setup.steps) {
            EXPECT_EQ(step.code.empty(), step.language.empty());
            if (step.language != "json") continue;
            EXPECT_NO_THROW(boost::json::parse(step.code)) << step.code;
        }
    }
}

TEST(ClientSetup, GoesToThePageAsJson) {
    const auto json = to_json(client_setups({"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", false}));

    const auto& codex = json.at(2);
    EXPECT_EQ(codex.at("client").as_string(), "codex");
    EXPECT_EQ(codex.at("title").as_string(), "Codex");
    EXPECT_EQ(codex.at("steps").at(0).at("language").as_string(), "toml");
    EXPECT_EQ(codex.at("steps").at(0).at("text").as_string(), "In ~/.codex/config.toml:");
}

}  // namespace
}  // namespace flux::tools
