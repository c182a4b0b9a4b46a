#include "mcp/change_notices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What changes; made before the client that hears of it.
struct Counters {
    std::shared_ptr<async::Changes> tools = std::make_shared<async::Changes>();
    std::shared_ptr<async::Changes> changes = std::make_shared<async::Changes>();
};

struct Watching : Counters, LibraryClient {
    Watching() : LibraryClient{quick_options(), watched_catalog()} {}

    static ServerOptions quick_options() {
        ServerOptions options;
        options.progress_interval = std::chrono::milliseconds{1};
        options.max_subscriptions = 2;
        return options;
    }

    Catalog watched_catalog() {
        auto catalog = example_library();
        catalog.tools_changed = tools;
        Resource build{.uri = "demo://watched/{id}", .name = "watched"};
        build.read = [](ResourceAddress, std::shared_ptr<Call>) { return reading(""); };
        build.watch = [this](const ResourceAddress& address, const admission::Visitor&) {
            return address.variables.get("id") == "still" ? nullptr : feed_of(changes);
        };
        catalog.resources.push_back(std::move(build));
        return catalog;
    }

    void tell(const std::string& message) {
        stream->receive(message);
        settle();
    }
    /// Until the pauses between two notices are over as well.
    void settle() {
        for (int i = 0; i < 5; ++i) {
            example.run();
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        }
        example.run();
    }
    void handshake() {
        ask("initialize", R"("protocolVersion":"2025-11-25")");
        tell(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    }
};

TEST(ChangeNotices, ReachASubscriberUntilItUnsubscribes) {
    Watching client;
    client.handshake();

    EXPECT_EQ(client.result("resources/subscribe", R"("uri":"demo://watched/1")"), parsed("{}"));
    client.settle();
    EXPECT_THAT(client.outbox->sent, IsEmpty());
    client.changes->bump();
    client.changes->bump();
    client.settle();
    EXPECT_THAT(client.outbox->sent, ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
                                                 R"("params":{"uri":"demo://watched/1"}})"));

    EXPECT_EQ(client.result("resources/unsubscribe", R"("uri":"demo://watched/1")"), parsed("{}"));
    client.changes->bump();
    client.settle();
    EXPECT_THAT(client.outbox->sent, SizeIs(1));
}

TEST(ChangeNotices, WaitForASlowReader) {
    Watching client;
    client.handshake();
    client.ask("resources/subscribe", R"("uri":"demo://watched/1")");
    client.outbox->slow = true;
    client.changes->bump();
    client.settle();
    EXPECT_THAT(client.outbox->sent, IsEmpty());

    client.outbox->slow = false;
    client.settle();
    EXPECT_THAT(client.outbox->sent, SizeIs(1));
}

TEST(ChangeNotices, AreBoundedAndForWhatExists) {
    Watching client;

    EXPECT_EQ(client.code("resources/subscribe", R"("uri":"demo://nothing")"), -32002);
    EXPECT_EQ(client.code("resources/subscribe"), -32602);
    EXPECT_EQ(client.code("resources/subscribe", R"("uri":"demo://guide")"), 0) << "it never changes, which is fine";
    EXPECT_EQ(client.code("resources/subscribe", R"("uri":"demo://watched/still")"), 0);
    for (const auto* id : {"1", "2", "2"}) {
        EXPECT_EQ(client.code("resources/subscribe", R"("uri":"demo://watched/)" + std::string{id} + "\""), 0);
    }
    EXPECT_EQ(client.code("resources/subscribe", R"("uri":"demo://watched/3")"), -32600);
    EXPECT_EQ(client.code("resources/subscribe", with_meta(R"("uri":"demo://watched/1")")), -32601);
}

TEST(ChangeNotices, TellOfListsOnceTheHandshakeIsOver) {
    Watching client;
    client.tools->bump();
    client.settle();
    client.handshake();
    EXPECT_THAT(client.outbox->sent, IsEmpty());

    client.tools->bump();
    client.settle();
    EXPECT_THAT(client.outbox->sent, ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"));
    client.stream->close();
    client.tools->bump();
    client.settle();
    EXPECT_THAT(client.outbox->sent, SizeIs(1));
}

TEST(Listening, IsAcknowledgedFirstAndTagged) {
    Watching client;
    const auto wish = R"("notifications":{"toolsListChanged":true,"promptsListChanged":true,)"
                      R"("resourceSubscriptions":["demo://watched/1","demo://nothing"]},)" +
                      modern_meta();
    const std::string tag = R"("_meta":{"io.modelcontextprotocol/subscriptionId":"s"})";

    client.tell(request("\"s\"", "subscriptions/listen", wish));
    client.changes->bump();
    client.settle();
    client.tools->bump();
    client.settle();

    EXPECT_THAT(client.outbox->sent,
                ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
                            R"({"notifications":{"toolsListChanged":true,)"
                            R"("resourceSubscriptions":["demo://watched/1"]},)" +
                                tag + "}}",
                            R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)"
                            R"({"uri":"demo://watched/1",)" +
                                tag + "}}",
                            R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{)" + tag + "}}"));
    EXPECT_THAT(client.outbox->responses, IsEmpty());

    client.example.server.drain();
    client.settle();
    const auto result = parsed(client.outbox->only()).at("result");
    EXPECT_EQ(result.at("resultType").as_string(), "complete");
    EXPECT_EQ(result.at("_meta").at("io.modelcontextprotocol/subscriptionId").as_string(), "s");
    // Other requests use this channel too, so it is told that no more will come on this part of it.
    EXPECT_EQ(client.outbox->sent.back(), R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":)"
                                          R"({"requestId":"s","reason":"The server is shutting down."}})");
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Listening, EndsWithItsCancellation) {
    Watching client;
    client.tell(request("7", "subscriptions/listen", R"("notifications":{"toolsListChanged":true},)" + modern_meta()));
    client.tell(request("8", "subscriptions/listen", R"("notifications":{"toolsListChanged":true},)" + modern_meta()));

    client.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    client.outbox->sent.clear();
    client.tools->bump();
    client.settle();

    EXPECT_THAT(client.outbox->sent, SizeIs(1));
    EXPECT_THAT(client.outbox->sent[0], HasSubstr(R"("io.modelcontextprotocol/subscriptionId":8)"));
    EXPECT_EQ(client.stream->in_flight(), 1u);
}

TEST(Listening, RefusesWishesThatMakeNoSense) {
    Watching client;
    for (const auto* wish : {R"("notifications":[])", R"("notifications":{"resourceSubscriptions":"x"})",
                             R"("notifications":{"resourceSubscriptions":[7]})"}) {
        EXPECT_EQ(client.code("subscriptions/listen", with_meta(wish)), -32602) << wish;
    }
    EXPECT_EQ(client.code("subscriptions/listen", R"("notifications":{})"), -32602) << "without the envelope";
}

TEST(Logging, IsHeardFromTheLevelThatWasAskedFor) {
    Catalog catalog;
    catalog.tools.push_back(ExampleServer::quick("demo.log", [](json::Arguments, Call& call) {
        call.log(LogLevel::debug, "demo", R"("quiet")");
        call.log(LogLevel::warning, "demo", R"({"loud":true})");
        return Outcome{};
    }));
    LibraryClient client{{}, std::move(catalog)};
    const std::string call = R"("name":"demo.log")";
    const std::string loud = R"({"jsonrpc":"2.0","method":"notifications/message","params":)"
                             R"({"level":"warning","logger":"demo","data":{"loud":true}}})";

    client.ask("tools/call", call);
    EXPECT_THAT(client.outbox->sent, IsEmpty()) << "nobody asked";
    client.ask("logging/setLevel", R"("level":"info")");
    client.ask("tools/call", call);
    EXPECT_THAT(client.outbox->sent, ElementsAre(loud));
    client.ask("logging/setLevel", R"("level":"emergency")");
    client.ask("tools/call", call);
    EXPECT_THAT(client.outbox->sent, SizeIs(1));

    client.ask("tools/call", call + "," + modern_meta());
    EXPECT_THAT(client.outbox->sent, SizeIs(1)) << "the session's level is nothing to the other era";
    client.ask("tools/call", call + "," + modern_meta(R"(,"io.modelcontextprotocol/logLevel":"notice")"));
    EXPECT_THAT(client.outbox->sent, ElementsAre(loud, loud));
}

}  // namespace
}  // namespace flux::mcp
