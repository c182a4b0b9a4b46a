#include "mcp/outcome_json.hpp"

#include <gtest/gtest.h>

namespace flux::mcp {
namespace {

std::string written(const RequestScope& scope, const Outcome& outcome) {
    std::string out;
    write_outcome(out, {"1"}, scope, outcome);
    return out;
}

TEST(OutcomeJson, HasContentAndWhatElseThereIs) {
    Outcome outcome;
    outcome.content.push_back(Content::text("a"));
    RequestScope scope;

    EXPECT_EQ(written(scope, outcome), R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"a"}]}})");

    outcome.structured = R"({"x":1})";
    outcome.is_error = true;
    scope.result_marks = R"("resultType":"complete")";
    EXPECT_EQ(written(scope, outcome), R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"a"}],)"
                                       R"("structuredContent":{"x":1},"isError":true,"resultType":"complete"}})");
}

TEST(OutcomeJson, TurnsBlocksIntoTextThatTheRevisionDoesNotKnow) {
    Outcome outcome;
    outcome.content.push_back({Content::Kind::resource_link, R"({"type":"resource_link","uri":"u:1","name":"n"})"});
    outcome.content.push_back({Content::Kind::audio, R"({"type":"audio","data":"","mimeType":"audio/wav"})"});
    const std::string link_text = R"({"type":"text","text":"n: u:1"})";
    const std::string audio_text = R"json({"type":"text","text":"(There is audio here, audio/wav.)"})json";
    const auto content = [&](const std::string& link, const std::string& audio) {
        return R"({"jsonrpc":"2.0","id":1,"result":{"content":[)" + link + "," + audio + "]}}";
    };

    EXPECT_EQ(written({.revision = Revision::november_2024}, outcome), content(link_text, audio_text));
    EXPECT_EQ(written({.revision = Revision::march_2025}, outcome), content(link_text, outcome.content[1].json));
    EXPECT_EQ(written({.revision = Revision::june_2025}, outcome),
              content(outcome.content[0].json, outcome.content[1].json));
}

TEST(OutcomeJson, IsOnOneLine) {
    Outcome outcome;
    outcome.content.push_back(Content::text("two\nlines"));
    outcome.structured = "{\r\n\"a\":1}";

    EXPECT_EQ(written({}, outcome).find_first_of("\r\n"), std::string::npos);
}

}  // namespace
}  // namespace flux::mcp
