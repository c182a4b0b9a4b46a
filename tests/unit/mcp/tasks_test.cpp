#include "mcp/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::HasSubstr;

Outcome said(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    return outcome;
}

InputNeeded form(std::string key) {
    InputNeeded needed;
    needed.requests.push_back({std::move(key), InputRequest::Kind::elicitation, R"({"message":"?"})"});
    return needed;
}

Outcome ask_twice(Call& call) {
    if (call.input("one") == nullptr || call.input("two") == nullptr) {
        Outcome outcome;
        outcome.needs = form("one");
        outcome.needs->requests.push_back(form("two").requests[0]);
        return outcome;
    }
    return said("thanks");
}

struct Fetching : LibraryClient {
    explicit Fetching(Catalog catalog) : LibraryClient{{}, std::move(catalog)} {}

    static std::string meta(bool tasks = true) {
        return R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
               R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{})" +
               std::string{tasks ? R"(,"extensions":{"io.modelcontextprotocol/tasks":{}})" : ""} + "}}";
    }
    boost::json::value call(const std::string& tool, bool tasks = true) {
        return ask("tools/call", R"("name":")" + tool + "\"," + meta(tasks));
    }
    /// The id of the task that a call becomes.
    std::string begin(const std::string& tool) {
        const auto result = call(tool).at("result");
        EXPECT_EQ(result.at("resultType").as_string(), "task");
        return std::string{result.at("taskId").as_string()};
    }
    boost::json::value about(const std::string& method, const std::string& id, const std::string& more = "") {
        return ask(method, R"("taskId":")" + id + "\"," + more + meta());
    }
    std::string status(const std::string& id) {
        return std::string{about("tasks/get", id).at("result").at("status").as_string()};
    }
};

async::Task<Outcome> wait(std::shared_ptr<async::Changes> release) {
    auto released = release->wait_beyond(0, std::chrono::steady_clock::time_point::max());
    co_await std::move(released);
    co_return said("done");
}

async::Task<Outcome> break_down() {
    throw std::runtime_error{"secret detail"};
    co_return Outcome{};
}

Catalog task_catalog(const std::shared_ptr<async::Changes>& release) {
    Catalog catalog;
    auto slow =
        ExampleServer::slow("demo.slow", [release](json::Arguments, std::shared_ptr<Call>) { return wait(release); });
    slow.task = TaskUse::offered;
    auto broken =
        ExampleServer::slow("demo.broken", [](json::Arguments, std::shared_ptr<Call>) { return break_down(); });
    broken.task = TaskUse::required;
    auto asking = ExampleServer::quick("demo.ask", [](json::Arguments, Call& call) { return ask_twice(call); });
    asking.asks = true;
    asking.task = TaskUse::offered;
    auto first = ExampleServer::quick("demo.ask_first", [](json::Arguments, Call& call) {
        return said(call.input("name") != nullptr ? *call.input("name") : "nobody");
    });
    first.asks = true;
    first.task = TaskUse::offered;
    first.before_task = [](json::Arguments, Call& call) {
        return call.input("name") != nullptr ? std::nullopt : std::optional{form("name")};
    };
    catalog.tools = {slow, broken, asking, first};
    return catalog;
}

TEST(Tasks, AreFetchedUntilTheyAreDone) {
    const auto release = std::make_shared<async::Changes>();
    Fetching client{task_catalog(release)};

    const auto created = client.call("demo.slow").at("result");
    const std::string id{created.at("taskId").as_string()};

    EXPECT_EQ(created.at("status").as_string(), "working");
    EXPECT_EQ(created.at("createdAt").as_string(), "2026-01-02T00:00:00Z");
    EXPECT_EQ(created.at("ttlMs").as_int64(), 3'600'000);
    EXPECT_EQ(client.status(id), "working");
    release->bump();
    client.example.run();
    const auto fetched = client.about("tasks/get", id).at("result");
    EXPECT_EQ(fetched.at("resultType").as_string(), "complete");
    EXPECT_EQ(fetched.at("status").as_string(), "completed");
    EXPECT_EQ(fetched.at("result").at("content").at(0).at("text").as_string(), "done");
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Tasks, AreForClientsThatDeclareThem) {
    const auto release = std::make_shared<async::Changes>();
    release->bump();
    Fetching client{task_catalog(release)};
    const auto id = client.begin("demo.slow");

    EXPECT_EQ(client.call("demo.slow", false).at("result").at("content").at(0).at("text").as_string(), "done");
    const auto refused = client.call("demo.broken", false).at("error");
    EXPECT_EQ(refused.at("code").as_int64(), -32021);
    EXPECT_EQ(boost::json::serialize(refused.at("data")),
              R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    EXPECT_EQ(client.code("tasks/get", R"("taskId":")" + id + "\"," + Fetching::meta(false)), -32021);
    EXPECT_EQ(client.code("tasks/list", Fetching::meta()), -32601);
    EXPECT_EQ(client.code("tasks/get", R"("taskId":")" + id + "\""), -32601) << "without the envelope";
    const auto capabilities = client.result("server/discover", Fetching::meta()).at("capabilities");
    EXPECT_EQ(boost::json::serialize(capabilities.at("extensions")), R"({"io.modelcontextprotocol/tasks":{}})");
}

TEST(Tasks, FailWithTheErrorOfTheirCall) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};

    const auto id = client.begin("demo.broken");

    const auto fetched = client.about("tasks/get", id).at("result");
    EXPECT_EQ(fetched.at("status").as_string(), "failed");
    EXPECT_EQ(fetched.at("error").at("code").as_int64(), -32603);
    EXPECT_THAT(boost::json::serialize(fetched), testing::Not(HasSubstr("secret")));
}

TEST(Tasks, AreCancelledAndSayOnlyThatTheyHeard) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};
    const auto id = client.begin("demo.slow");

    for (int i = 0; i < 2; ++i) {
        const auto heard = client.about("tasks/cancel", id).at("result");
        EXPECT_EQ(heard.at("resultType").as_string(), "complete");
        EXPECT_EQ(heard.as_object().if_contains("taskId"), nullptr);
        EXPECT_EQ(client.status(id), "cancelled");
    }
}

TEST(Tasks, AskThroughTheirRecord) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};
    const auto id = client.begin("demo.ask");
    const auto asked = [&] { return client.about("tasks/get", id).at("result").as_object(); };

    EXPECT_EQ(boost::json::serialize(asked().at("inputRequests")),
              R"({"one":{"method":"elicitation/create","params":{"message":"?"}},)"
              R"("two":{"method":"elicitation/create","params":{"message":"?"}}})");
    client.about("tasks/update", id, R"("inputResponses":{"other":{},"one":{"action":"accept"}},)");
    EXPECT_EQ(boost::json::serialize(asked().at("inputRequests")),
              R"({"two":{"method":"elicitation/create","params":{"message":"?"}}})");
    client.about("tasks/update", id, R"("inputResponses":{"two":{"action":"accept"}},)");
    EXPECT_EQ(client.status(id), "completed");
    EXPECT_EQ(client.about("tasks/update", id).at("error").at("code").as_int64(), -32602);
}

TEST(Tasks, BeginOnceWhatHasToBeAskedFirstIsAnswered) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};

    EXPECT_EQ(client.call("demo.ask_first").at("result").at("resultType").as_string(), "input_required");
    const auto second = client.result(
        "tools/call", R"("name":"demo.ask_first","inputResponses":{"name":{"action":"accept"}},)" + Fetching::meta());

    EXPECT_EQ(second.at("resultType").as_string(), "task");
    const auto fetched = client.about("tasks/get", std::string{second.at("taskId").as_string()}).at("result");
    EXPECT_EQ(fetched.at("result").at("content").at(0).at("text").as_string(), R"({"action":"accept"})");
}

TEST(Tasks, AreBoundedAndOfOnePrincipalAndGrowOld) {
    ManualClock clock;
    Tasks tasks{{.in_all = 3, .per_principal = 2, .lifetime = std::chrono::seconds{60}}, clock};
    const auto get = [&](const std::string& id, const std::string& principal) {
        const auto params = R"({"taskId":")" + id + "\"}";
        return tasks.answer({{"1"}, "tasks/get", json::Raw{params}}, principal);
    };

    const auto one = tasks.open("a");
    ASSERT_TRUE(one && tasks.open("a"));
    EXPECT_EQ(tasks.open("a"), nullptr);
    EXPECT_TRUE(tasks.open("b"));
    EXPECT_EQ(tasks.open("b"), nullptr);
    EXPECT_TRUE(get(one->id(), "a"));
    EXPECT_EQ(get(one->id(), "b").error().code, -32602);

    clock.advance(std::chrono::seconds{61});
    EXPECT_FALSE(get(one->id(), "a"));
    EXPECT_TRUE(tasks.open("b"));
    EXPECT_TRUE(tasks.open("a"));
}

}  // namespace
}  // namespace flux::mcp
