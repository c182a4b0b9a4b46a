#include "mcp/session.hpp"

#include <gtest/gtest.h>

#include <array>

#include "unit/mcp/example_server.hpp"

namespace flux::mcp {
namespace {

struct Fixture {
    Session::Answer ask(const std::string& method, const std::string& params = "{}") {
        return session.answer({{"1"}, method, json::Raw{params}, {}}).value();
    }

    ServerOptions options = ExampleServer::with_names({});
    Introduction introduction{options, ExampleServer::quick_catalog()};
    Session session{introduction};
};

TEST(Session, SpeaksTheRevisionThatWasAskedForIfItCan) {
    struct Row {
        const char* asked;
        const char* answered;
    };
    const std::array rows{
        Row{"2024-11-05", "2024-11-05"}, Row{"2025-03-26", "2025-03-26"}, Row{"2025-06-18", "2025-06-18"},
        Row{"2025-11-25", "2025-11-25"}, Row{"2024-10-07", "2025-11-25"}, Row{"2026-07-28", "2025-11-25"},
        Row{"1.0", "2025-11-25"},
    };
    for (const auto& row : rows) {
        Fixture f;

        const auto answer = f.ask("initialize", std::string{R"({"protocolVersion":")"} + row.asked + "\"}");

        ASSERT_TRUE(answer) << row.asked;
        EXPECT_EQ(parsed(*answer).at("protocolVersion").as_string(), row.answered);
        EXPECT_EQ(name_of(f.session.revision()), row.answered);
    }
}

TEST(Session, IntroducesTheServer) {
    Fixture f;

    const auto answer = f.ask("initialize", R"({"protocolVersion":"2025-11-25"})");

    EXPECT_EQ(*answer, R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":false},"logging":{}},)"
                       R"("serverInfo":{"name":"flux-mcp","title":"Example","version":"1.2.3"},)"
                       R"("instructions":"Ask \"nicely\"."})");
}

TEST(Session, GreetsOnce) {
    Fixture f;
    EXPECT_FALSE(f.session.greeted());

    EXPECT_EQ(f.ask("initialize", R"({"protocolVersion":7})").error().code, -32602);
    EXPECT_FALSE(f.session.greeted());
    EXPECT_TRUE(f.ask("initialize", R"({"protocolVersion":"2025-06-18"})"));
    EXPECT_EQ(f.ask("initialize", R"({"protocolVersion":"2024-11-05"})").error().code, -32600);

    EXPECT_EQ(f.session.revision(), Revision::june_2025);
}

TEST(Session, AnswersAPingWithNothingAtAll) {
    Fixture f;

    EXPECT_EQ(*f.ask("ping"), "{}");
}

TEST(Session, TakesTheEightLogLevels) {
    Fixture f;

    EXPECT_EQ(*f.ask("logging/setLevel", R"({"level":"warning"})"), "{}");
    for (const auto* params : {"{}", R"({"level":"loud"})", R"({"level":3})"}) {
        EXPECT_EQ(f.ask("logging/setLevel", params).error().code, -32602) << params;
    }
}

TEST(Session, LeavesOtherMethodsToOthers) {
    Fixture f;

    EXPECT_FALSE(f.session.answer({{"1"}, "tools/list"}));
}

TEST(Session, GivesARequestItsRevisionAndNothingOfTheNewEra) {
    Fixture f;
    f.ask("initialize", R"({"protocolVersion":"2024-11-05"})");
    const json::Raw params{R"({"_meta":{"progressToken":5}})"};

    const auto scope = f.session.scope({{"1"}, "tools/call", params, params.member("_meta")});

    EXPECT_EQ(scope.revision, Revision::november_2024);
    EXPECT_EQ(scope.progress_token, "5");
    EXPECT_TRUE(scope.result_marks.empty());
    EXPECT_FALSE(scope.marks_keeping);
    EXPECT_EQ(scope.unknown_resource_code, -32002);
    EXPECT_EQ(scope.unknown_method_status, 200);
}

}  // namespace
}  // namespace flux::mcp
