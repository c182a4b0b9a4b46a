#include "mcp/prompts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::HasSubstr;

TEST(Prompts, AreListedPageByPage) {
    ServerOptions options;
    options.page_size = 1;
    LibraryClient client{options};

    const auto first = client.result("prompts/list");
    const auto second = client.result("prompts/list", R"("cursor":)" + boost::json::serialize(first.at("nextCursor")));

    EXPECT_EQ(boost::json::serialize(first.at("prompts")),
              R"([{"name":"ship","title":"Ship it","description":"Ships a branch.","arguments":[)"
              R"({"name":"branch","description":"Which one","required":true},{"name":"workflow","required":false}]}])");
    EXPECT_EQ(boost::json::serialize(second), R"({"prompts":[{"name":"plain","description":"Says nothing."}]})");
}

TEST(Prompts, AreFilledIn) {
    LibraryClient client;

    const auto result = client.result("prompts/get", R"("name":"ship","arguments":{"branch":"main","more":"x"})");

    EXPECT_EQ(boost::json::serialize(result),
              R"({"description":"How to ship it","messages":[{"role":"user","content":{"type":"text","text":"Ship )"
              R"(main."}},{"role":"assistant","content":{"type":"audio","data":"AA==","mimeType":"audio/wav"}}]})");
}

TEST(Prompts, SpeakInContentThatTheRevisionKnows) {
    LibraryClient client;
    client.ask("initialize", R"("protocolVersion":"2024-11-05")");

    const auto result = client.result("prompts/get", R"("name":"ship","arguments":{"branch":"main"})");

    EXPECT_EQ(result.at("messages").at(1).at("content").at("type").as_string(), "text");
}

TEST(Prompts, SayWhatIsWrong) {
    struct Row {
        const char* params;
        const char* says;
    };
    const std::array rows{
        Row{R"("name":"shop")", "Did you mean `ship`?"},
        Row{R"("arguments":{})", "`params.name`"},
        Row{R"("name":"ship")", "needs the argument `branch`"},
        Row{R"("name":"ship","arguments":{"branch":null})", "needs the argument `branch`"},
        Row{R"("name":"ship","arguments":{"branch":7})", "`branch` has to be a string"},
        Row{R"("name":"ship","arguments":{"branch":"lost"})", "There is no branch lost."},
    };
    for (const auto& row : rows) {
        LibraryClient client;

        const auto error = client.ask("prompts/get", row.params).at("error");

        EXPECT_EQ(error.at("code").as_int64(), -32602) << row.params;
        EXPECT_THAT(std::string{error.at("message").as_string()}, HasSubstr(row.says));
    }
}

TEST(Completions, SuggestWithWhatIsSettledAlready) {
    LibraryClient client;

    const auto result =
        client.result("completion/complete", R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"branch",)"
                                             R"("value":"m"},"context":{"arguments":{"workflow":"deploy"}})");

    EXPECT_EQ(boost::json::serialize(result),
              R"({"completion":{"values":["main","deploy"],"total":2,"hasMore":false}})");
}

TEST(Completions, AreAHundredAtMost) {
    LibraryClient client;

    const auto result = client.result(
        "completion/complete",
        with_meta(R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"branch","value":"many"})"));

    EXPECT_EQ(result.at("completion").at("values").as_array().size(), 100u);
    EXPECT_TRUE(result.at("completion").at("hasMore").as_bool());
    EXPECT_EQ(result.as_object().if_contains("ttlMs"), nullptr);
}

TEST(Completions, HaveNothingToSayWhereNothingCompletes) {
    LibraryClient client;

    for (const auto* params :
         {R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"workflow","value":""})",
          R"("ref":{"type":"ref/resource","uri":"demo://builds/{id}"},"argument":{"name":"id","value":""})"}) {
        EXPECT_EQ(boost::json::serialize(client.result("completion/complete", params)),
                  R"({"completion":{"values":[],"hasMore":false}})");
    }
}

TEST(Completions, RefuseWhatDoesNotExist) {
    LibraryClient client;

    for (const auto* params :
         {R"("ref":{"type":"ref/prompt","name":"shop"},"argument":{"name":"branch","value":""})",
          R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"brunch","value":""})",
          R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"branch"})",
          R"("ref":{"type":"ref/resource","uri":"demo://guide"},"argument":{"name":"id","value":""})",
          R"("ref":{"type":"ref/resource","uri":"demo://builds/{id}"},"argument":{"name":"no","value":""})",
          R"("ref":{"type":"ref/other"},"argument":{"name":"id","value":""})",
          R"("ref":{"type":"ref/prompt","name":"ship"},"argument":{"name":"branch","value":""},)"
          R"("context":{"arguments":{"workflow":3}})"}) {
        EXPECT_EQ(client.code("completion/complete", params), -32602) << params;
    }
}

}  // namespace
}  // namespace flux::mcp
