#include "mcp/stream_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "unit/mcp/example_server.hpp"

namespace flux::mcp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Peer {
    explicit Peer(ServerOptions options = {}, bool websocket = true, NameStyle names = NameStyle::automatic)
        : example{std::move(options)},
          stream{example.server.open({visitor_with(turns), websocket, names}, example.executor(), outbox)} {}

    /// What was answered to `message` at once; empty if nothing was.
    std::string ask(const std::string& message) {
        const auto before = outbox->responses.size();
        stream->receive(message);
        return outbox->responses.size() == before ? "" : outbox->responses.back();
    }

    void handshake(const std::string& version) {
        ask(initialize(version));
        ask(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
        outbox->responses.clear();
    }

    std::shared_ptr<CountedTurns> turns = std::make_shared<CountedTurns>();
    std::shared_ptr<RecordingOutbox> outbox = std::make_shared<RecordingOutbox>();
    ExampleServer example;
    std::shared_ptr<Stream> stream;
};

std::string call(const std::string& id, const std::string& tool, const std::string& more = "") {
    return request(id, "tools/call", R"("name":")" + tool + "\"" + (more.empty() ? "" : "," + more));
}

const std::string echo = R"({"content":[{"type":"text","text":"hi"}],"structuredContent":{ "ok": true }})";

TEST(StreamPeer, AnswersABareCallAsTheFirstClientsSentIt) {
    for (const bool websocket : {true, false}) {
        Peer peer{{}, websocket};

        EXPECT_EQ(peer.ask(call("1", "demo.echo", R"("arguments":{"text":"hi"})")),
                  R"({"jsonrpc":"2.0","id":1,"result":)" + echo + "}");
        EXPECT_EQ(parsed(peer.ask(request("2", "tools/list"))).at("result").at("tools").as_array().size(), 5u);
    }
}

TEST(StreamPeer, EchoesTheIdAsItCame) {
    Peer peer;

    EXPECT_THAT(peer.ask(call(R"("7")", "demo.echo")), HasSubstr(R"("id":"7")"));
    EXPECT_THAT(peer.ask(call("7", "demo.echo")), HasSubstr(R"("id":7,)"));
}

TEST(StreamPeer, ListsNamesInTheStyleOfTheTransport) {
    struct Row {
        const char* name;
        bool websocket;
        NameStyle asked;
        NameStyle set;
        const char* listed;
    };
    const std::array rows{
        Row{"WebSocket", true, NameStyle::automatic, NameStyle::automatic, "demo.echo"},
        Row{"stdio", false, NameStyle::automatic, NameStyle::automatic, "demo_echo"},
        Row{"the operator says", true, NameStyle::automatic, NameStyle::safe, "demo_echo"},
        Row{"the connection says", true, NameStyle::dotted, NameStyle::safe, "demo.echo"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ServerOptions options;
        options.name_style = row.set;
        Peer peer{options, row.websocket, row.asked};

        const auto list = parsed(peer.ask(request("1", "tools/list"))).at("result").at("tools").as_array();

        EXPECT_EQ(list.at(0).at("name").as_string(), row.listed);
        EXPECT_EQ(code_of(peer.ask(call("2", "demo_echo"))), 0);
        EXPECT_EQ(code_of(peer.ask(call("3", "demo.echo"))), 0);
    }
}

TEST(StreamPeer, DescribesEachToolWhole) {
    Peer peer;

    EXPECT_THAT(
        peer.ask(request("1", "tools/list")),
        HasSubstr(R"({"name":"demo.echo","title":"A tool","description":"Does it.","inputSchema":)"
                  R"({"type":"object"},"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}})"));
}

TEST(StreamPeer, RefusesWhatIsNoRequestAndLivesOn) {
    struct Row {
        std::string text;
        int code;
    };
    const std::array rows{
        Row{"", -32700},
        Row{"{", -32700},
        Row{R"({"a":1,"a":2})", -32700},
        Row{std::string(100, '['), -32700},
        Row{"\"\xFF\"", -32700},
        Row{"1", -32600},
        Row{"{}", -32600},
        Row{"[]", -32600},
        Row{R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600},
        Row{R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600},
        Row{R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600},
        Row{request("5", "tools/fly"), -32601},
        Row{request("5", "resources/list"), -32601},
        Row{request("5", "prompts/list"), -32601},
        Row{request("5", "tools/call", R"("name":7)"), -32602},
        Row{request("5", "tools/call"), -32602},
        Row{request("5", "tools/list", R"("cursor":"abc")"), -32602},
        Row{call("5", "demo.ech"), -32602},
        Row{call("5", "demo.break"), -32603},
    };
    Peer peer;
    for (const auto& row : rows) EXPECT_EQ(code_of(peer.ask(row.text)), row.code) << row.text;
    EXPECT_EQ(code_of(peer.ask(call("6", "demo.echo"))), 0);
}

TEST(StreamPeer, SuggestsTheToolThatWasMeant) {
    Peer peer;

    EXPECT_THAT(peer.ask(call("1", "demo.ech")), HasSubstr("There is no tool `demo.ech`. Did you mean `demo.echo`?"));
}

TEST(StreamPeer, NeverAnswersANotification) {
    Peer peer;
    for (const auto* text : {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                             R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"demo.echo"}})",
                             R"({"jsonrpc":"2.0","method":"nonsense","params":[1]})", R"({"method":"nonsense"})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}})",
                             R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"error":{}})"}) {
        EXPECT_EQ(peer.ask(text), "") << text;
    }
    EXPECT_EQ(peer.turns->asked, 0);
}

TEST(StreamPeer, GoesThroughTheHandshake) {
    Peer peer;

    EXPECT_EQ(peer.ask(request("1", "ping")), R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_THAT(peer.ask(initialize("2025-11-25")), HasSubstr(R"("protocolVersion":"2025-11-25")"));
    EXPECT_EQ(peer.ask(request("2", "ping")), R"({"jsonrpc":"2.0","id":2,"result":{}})");
    EXPECT_EQ(peer.ask(request("3", "logging/setLevel", R"("level":"info")")),
              R"({"jsonrpc":"2.0","id":3,"result":{}})");
    EXPECT_EQ(code_of(peer.ask(initialize("2025-11-25"))), -32600);
    const auto list = peer.ask(request("4", "tools/list"));
    EXPECT_THAT(list, Not(HasSubstr("resultType")));
    EXPECT_THAT(list, Not(HasSubstr("ttlMs")));
    EXPECT_THAT(list, Not(HasSubstr("_meta")));
}

TEST(StreamPeer, ServesEachMessageInItsOwnEra) {
    Peer peer;
    peer.handshake("2025-06-18");

    const auto discovered = parsed(peer.ask(request(R"("probe")", "server/discover", modern_meta()))).at("result");
    EXPECT_EQ(boost::json::serialize(discovered.at("supportedVersions")), R"(["2026-07-28"])");
    EXPECT_EQ(discovered.at("resultType").as_string(), "complete");
    EXPECT_EQ(discovered.at("ttlMs").as_int64(), 300'000);
    EXPECT_EQ(discovered.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").as_string(), "flux-mcp");

    const auto list = parsed(peer.ask(request("1", "tools/list", modern_meta()))).at("result");
    EXPECT_EQ(list.at("resultType").as_string(), "complete");
    EXPECT_EQ(list.at("cacheScope").as_string(), "private");

    const auto answer = peer.ask(call("2", "demo.echo", modern_meta()));
    EXPECT_THAT(answer, HasSubstr(R"("resultType":"complete")"));
    EXPECT_THAT(answer, HasSubstr(R"("io.modelcontextprotocol/serverInfo":{"name":"flux-mcp")"));

    EXPECT_THAT(peer.ask(call("3", "demo.echo")), Not(HasSubstr("resultType")));
}

TEST(StreamPeer, KnowsNoHandshakeInTheEraWithout) {
    Peer peer;
    for (const auto* method : {"initialize", "ping", "logging/setLevel", "tools/fly"}) {
        EXPECT_EQ(code_of(peer.ask(request("1", method, modern_meta()))), -32601) << method;
    }
    const std::string other = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{}})";
    EXPECT_EQ(code_of(peer.ask(request("1", "tools/list", other))), -32022);
    EXPECT_EQ(code_of(peer.ask(request("1", "server/discover"))), -32602);
}

TEST(StreamPeer, PutsNullForAnUnknownIdOnlyWhereOldClientsLookForIt) {
    struct Row {
        const char* revision;
        bool null;
    };
    for (const auto& row : {Row{"2024-11-05", true}, Row{"2025-06-18", true}, Row{"2025-11-25", false}}) {
        Peer peer;
        EXPECT_THAT(peer.ask("{"), Not(HasSubstr("\"id\"")));
        peer.handshake(row.revision);
        EXPECT_EQ(peer.ask("{").find(R"("id":null)") != std::string::npos, row.null) << row.revision;
    }
}

TEST(StreamPeer, TakesBatchesInTheOneRevisionThatHasThem) {
    const std::string batch = "[" + request("1", "ping") + "," + R"({"jsonrpc":"2.0","method":"n"},)" +
                              request("2", "nothing") + "," + call("3", "demo.wait") + "]";
    Peer peer;
    peer.handshake("2025-03-26");

    EXPECT_EQ(peer.ask(batch), "");
    peer.example.run();
    peer.example.let_go();

    const auto answers = parsed(peer.outbox->only()).as_array();
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[1].at("error").at("code").as_int64(), -32601);
    EXPECT_EQ(answers[2].at("id").as_int64(), 3);

    Peer later;
    later.handshake("2025-06-18");
    EXPECT_EQ(code_of(later.ask(batch)), -32600);
}

TEST(StreamPeer, RefusesABatchAsAWhole) {
    Peer peer;
    peer.handshake("2025-03-26");
    std::string many = "[1";
    for (int i = 0; i < 200; ++i) many += "," + request(std::to_string(i), "ping");

    for (const auto& batch : {std::string{"[]"}, std::string{"[1]"}, "[" + initialize("2025-03-26") + "]",
                              "[" + request("1", "tools/list", modern_meta()) + "]", many + "]"}) {
        EXPECT_EQ(code_of(peer.ask(batch)), -32600) << batch.substr(0, 80);
    }
    EXPECT_EQ(peer.ask(R"([{"jsonrpc":"2.0","method":"n"}])"), "");
}

TEST(StreamPeer, TakesATurnForEachRequestButNotForSignsOfLife) {
    Peer peer;
    peer.ask(initialize("2025-11-25"));
    peer.ask(call("1", "demo.echo"));
    peer.ask(request("2", "nothing"));
    peer.ask(request("3", "ping"));
    peer.ask("{");

    EXPECT_EQ(peer.turns->asked, 3);
}

TEST(StreamPeer, SaysWhenTheNextTurnIs) {
    Peer peer;
    *peer.turns = CountedTurns{1};
    EXPECT_EQ(code_of(peer.ask(call("1", "demo.echo"))), 0);

    const auto error = parsed(peer.ask(call(R"("x")", "demo.echo")));

    EXPECT_EQ(error.at("id").as_string(), "x");
    EXPECT_EQ(error.at("error").at("code").as_int64(), -32000);
    EXPECT_EQ(error.at("error").at("data").at("resetAt").as_int64(), 1'700'000'000'123);
    EXPECT_EQ(error.at("error").at("data").at("retryAfterMs").as_int64(), 2500);
    EXPECT_EQ(peer.ask(request("3", "ping")), R"({"jsonrpc":"2.0","id":3,"result":{}})");
}

TEST(StreamPeer, AnswersLaterWhatWaits) {
    Peer peer;

    EXPECT_EQ(peer.ask(call("1", "demo.wait")), "");
    peer.example.run();
    EXPECT_EQ(peer.stream->in_flight(), 1u);
    EXPECT_EQ(peer.example.server.in_flight(), 1u);
    EXPECT_EQ(peer.ask(request("2", "ping")), R"({"jsonrpc":"2.0","id":2,"result":{}})");
    peer.example.let_go();

    EXPECT_THAT(peer.outbox->responses.back(), HasSubstr("released"));
    EXPECT_EQ(peer.stream->in_flight(), 0u);
    peer.example.seen->last.reset();
    EXPECT_EQ(peer.example.server.in_flight(), 0u);
}

TEST(StreamPeer, RefusesAnIdThatIsInFlight) {
    Peer peer;
    peer.ask(call("1", "demo.wait"));

    EXPECT_EQ(code_of(peer.ask(call("1", "demo.wait"))), -32600);
    EXPECT_EQ(code_of(peer.ask(call("1.0", "demo.echo"))), -32600);
    EXPECT_EQ(code_of(peer.ask(call(R"("1")", "demo.echo"))), 0);
}

TEST(StreamPeer, BoundsTheCallsInFlight) {
    ServerOptions options;
    options.max_in_flight = 2;
    Peer peer{options};
    peer.ask(call("1", "demo.wait"));
    peer.ask(call("2", "demo.wait"));

    EXPECT_EQ(code_of(peer.ask(call("3", "demo.wait"))), -32000);
    EXPECT_EQ(code_of(peer.ask(call("4", "demo.echo"))), 0);
}

TEST(StreamPeer, StopsACallThatIsCancelledAndNeverAnswersIt) {
    for (const auto& meta : {std::string{}, modern_meta()}) {
        Peer peer;
        peer.ask(call(R"("w")", "demo.wait", meta));
        peer.example.run();

        peer.ask(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w","reason":"r"}})");
        peer.example.run();

        EXPECT_EQ(peer.example.seen->stopped, 1);
        EXPECT_THAT(peer.outbox->responses, ElementsAre());
        EXPECT_EQ(peer.stream->in_flight(), 0u);
    }
}

TEST(StreamPeer, PassesOverACancellationOfSomethingElse) {
    Peer peer;
    peer.ask(call("1", "demo.wait"));
    peer.ask(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}})");
    peer.example.run();
    peer.example.let_go();

    EXPECT_EQ(peer.example.seen->finished, 1);
    EXPECT_EQ(peer.outbox->responses.size(), 1u);
}

TEST(StreamPeer, CancelsEverythingWhenItIsClosedAndSaysNothingMore) {
    Peer peer;
    peer.ask(call("1", "demo.wait"));
    peer.ask(call("2", "demo.wait"));
    peer.example.run();

    asio::post(peer.example.context, [&] {
        peer.stream->close();
        peer.stream->close();
    });
    peer.example.run();
    peer.example.seen->last->progress(5, {}, "late");
    peer.stream->receive(request("3", "ping"));

    EXPECT_EQ(peer.example.seen->stopped, 2);
    EXPECT_THAT(peer.outbox->responses, ElementsAre());
    EXPECT_THAT(peer.outbox->sent, ElementsAre());
    EXPECT_EQ(peer.outbox.use_count(), 1);
}

TEST(StreamPeer, EndsACallAtTheTimeLimitWithAResultThatSaysSo) {
    ServerOptions options;
    options.call_limit = 1ms;
    Peer peer{options};
    peer.ask(call("1", "demo.wait"));

    while (peer.outbox->responses.empty() || peer.example.seen->stopped == 0) peer.example.context.run_one();

    const auto result = parsed(peer.outbox->only()).at("result");
    EXPECT_TRUE(result.at("isError").as_bool());
    EXPECT_THAT(std::string{result.at("content").at(0).at("text").as_string()}, HasSubstr("demo.wait"));
    EXPECT_EQ(peer.stream->in_flight(), 0u);
}

TEST(StreamPeer, TellsHowFarACallIsToThoseWhoAsk) {
    Peer peer;

    peer.ask(call("1", "demo.echo"));
    EXPECT_THAT(peer.outbox->sent, ElementsAre());

    peer.ask(call("2", "demo.echo", R"("_meta":{"progressToken":"t"})"));
    EXPECT_THAT(peer.outbox->sent, ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
                                               R"({"progressToken":"t","progress":1,"total":2,"message":"half"}})"));

    peer.ask(call("3", "demo.wait", R"("_meta":{"progressToken":9})"));
    peer.example.run();
    peer.example.seen->last->progress(3, {}, "");
    EXPECT_THAT(peer.outbox->sent.back(), HasSubstr(R"("progressToken":9,"progress":3)"));
    peer.example.let_go();
    peer.example.seen->last->progress(4, {}, "after the answer");
    EXPECT_EQ(peer.outbox->sent.size(), 2u);
}

TEST(StreamPeer, KeepsBrokenToolsToThemselves) {
    Peer peer;

    EXPECT_THAT(peer.ask(call("1", "demo.break")), Not(HasSubstr("secret")));
    peer.ask(call("2", "demo.break_later"));
    peer.example.run();

    EXPECT_EQ(code_of(peer.outbox->responses.back()), -32603);
    EXPECT_THAT(peer.outbox->responses.back(), Not(HasSubstr("secret")));
}

TEST(StreamPeer, LeavesBadArgumentsToTheTool) {
    Peer peer;
    const auto result = parsed(peer.ask(call("1", "demo.echo", R"("arguments":{"text":7})"))).at("result");
    EXPECT_TRUE(result.at("isError").as_bool());
    EXPECT_THAT(std::string{result.at("content").at(0).at("text").as_string()}, HasSubstr("`text`"));

    for (const auto* none : {"", R"("arguments":{})", R"("arguments":null)"}) {
        EXPECT_THAT(peer.ask(call("2", "demo.echo", none)), HasSubstr("`text` is missing")) << none;
    }
    EXPECT_THAT(peer.ask(call("3", "demo.echo", R"("arguments":[])")), HasSubstr(R"("isError":true)"));
}

TEST(StreamPeer, RefusesArgumentsThatAreTooLargeInAResult) {
    ServerOptions options;
    options.max_arguments_bytes = 100;
    Peer peer{options};

    const auto answer = peer.ask(call("1", "demo.echo", R"("arguments":{"text":")" + std::string(100, 'x') + "\"}"));

    EXPECT_THAT(answer, HasSubstr(R"("isError":true)"));
    EXPECT_THAT(answer, HasSubstr("100 are allowed"));
}

TEST(StreamPeer, RefusesNewRequestsWhileItDrainsAndLetsTheOldOnesFinish) {
    Peer peer;
    peer.ask(call("1", "demo.wait"));
    peer.example.run();

    peer.example.server.drain();
    EXPECT_THAT(peer.ask(call("2", "demo.echo")), HasSubstr("shutting down"));
    EXPECT_EQ(code_of(peer.outbox->responses.back()), -32000);
    EXPECT_EQ(peer.ask(request("3", "ping")), R"({"jsonrpc":"2.0","id":3,"result":{}})");
    peer.example.let_go();

    EXPECT_THAT(peer.outbox->responses.back(), HasSubstr("released"));
}

TEST(StreamPeer, SpeaksToOldClientsInBlocksTheyKnow) {
    Peer old;
    old.handshake("2024-11-05");
    EXPECT_THAT(old.ask(call("1", "demo.rich")), HasSubstr(R"({"type":"text","text":"The page: http://x/"})"));

    Peer recent;
    recent.handshake("2025-06-18");
    EXPECT_THAT(recent.ask(call("1", "demo.rich")), HasSubstr(R"("type":"resource_link")"));
}

TEST(StreamPeer, EveryAnswerIsOneLine) {
    Peer peer;
    for (const auto& message : {initialize("2025-11-25"), request("1", "tools/list"), call("2", "demo.echo"),
                                request("3", "tools/list", modern_meta())}) {
        EXPECT_EQ(peer.ask(message).find('\n'), std::string::npos);
    }
}

}  // namespace
}  // namespace flux::mcp
