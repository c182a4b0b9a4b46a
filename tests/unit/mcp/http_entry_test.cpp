#include "mcp/http_entry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/mcp/example_library.hpp"
#include "unit/mcp/example_server.hpp"

namespace flux::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// One POST and what came of it.
struct Posted {
    std::shared_ptr<RecordingOutbox> outbox = std::make_shared<RecordingOutbox>();
    std::shared_ptr<Exchange> exchange;

    int status() const { return outbox->status(); }
    std::string text() const { return outbox->only(); }
    std::int64_t code() const { return code_of(text()); }
    std::string session() const { return outbox->deliveries.at(0).session_id; }
};

struct Client {
    explicit Client(ServerOptions options = {}) : example{std::move(options)} {}
    explicit Client(Catalog catalog) : example{{}, std::move(catalog)} {}

    Posted post(const std::string& body, const HttpFacts& facts = {}) {
        Posted posted;
        posted.exchange = example.server.post(body, facts, visitor, example.executor(), posted.outbox);
        return posted;
    }

    /// The id of a new session; it lives as long as the client, as facts only look at it.
    std::string_view open(const std::string& version) {
        return sessions.emplace_back(post(initialize(version)).session());
    }

    /// GETs the stream of a session, or the rest of one that `facts` name.
    Posted listen(const HttpFacts& facts) {
        Posted got;
        got.exchange = example.server.listen(facts, visitor, example.executor(), got.outbox);
        return got;
    }

    /// DELETEs a session; the status.
    int end(const HttpFacts& facts) {
        const auto ended = example.server.end_session(facts, visitor);
        return ended ? 200 : ended.error().http_status;
    }

    std::list<std::string> sessions;
    ExampleServer example;
    admission::Visitor visitor = some_visitor();
};

HttpFacts in_session(std::string_view id) {
    HttpFacts facts;
    facts.session_id = id;
    return facts;
}

HttpFacts modern(std::string_view method, std::optional<std::string_view> name = {}) {
    HttpFacts facts;
    facts.protocol_version = "2026-07-28";
    facts.method = method;
    facts.name = name;
    return facts;
}

std::string call(const std::string& id, const std::string& tool, const std::string& more = "") {
    return request(id, "tools/call", R"("name":")" + tool + "\"" + (more.empty() ? "" : "," + more));
}

const std::string cancel_w = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w"}})";

TEST(HttpEntry, OpensASessionWithTheHandshake) {
    Client client;

    const auto opened = client.post(initialize("2025-06-18"));

    EXPECT_EQ(opened.status(), 200);
    EXPECT_EQ(opened.session().size(), 32u);
    EXPECT_EQ(opened.exchange, nullptr);
    EXPECT_THAT(opened.text(), HasSubstr(R"("protocolVersion":"2025-06-18")"));
    const auto id = opened.session();
    const auto facts = in_session(id);
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", facts).status(), 202);
    EXPECT_EQ(client.post(request("1", "ping"), facts).text(), R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_THAT(client.post(request("2", "tools/list"), facts).text(), HasSubstr("demo_echo"));
    EXPECT_EQ(client.post(initialize("2025-06-18"), facts).status(), 400);
}

TEST(HttpEntry, OpensNoSessionForAHandshakeThatFails) {
    Client client;

    const auto refused = client.post(request("1", "initialize"));

    EXPECT_EQ(refused.code(), -32602);
    EXPECT_EQ(refused.session(), "");
}

TEST(HttpEntry, KnowsASessionOnlyForThePrincipalThatOpenedIt) {
    Client client;
    const auto facts = in_session(client.open("2025-11-25"));
    client.visitor = some_visitor("someone else");

    EXPECT_EQ(client.post(request("1", "ping"), facts).status(), 404);
    EXPECT_EQ(client.post(cancel_w, facts).status(), 404);
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","id":1,"result":{}})", facts).status(), 404);
    EXPECT_EQ(client.end(facts), 404);
}

TEST(HttpEntry, AnswersWithoutASessionWhatNeedsNone) {
    Client client;

    const auto answered = client.post(call("1", "demo.echo", R"("arguments":{"text":"hi"})"));
    EXPECT_EQ(answered.status(), 200);
    EXPECT_THAT(answered.text(), HasSubstr(R"("text":"hi")"));
    EXPECT_THAT(answered.text(), Not(HasSubstr("resultType")));
    EXPECT_EQ(client.post(request("2", "ping")).text(), R"({"jsonrpc":"2.0","id":2,"result":{}})");
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").status(), 202);
    EXPECT_EQ(client.post(request("3", "logging/setLevel", R"("level":"info")")).status(), 400);
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","id":1,"result":{}})").status(), 400);
}

TEST(HttpEntry, SpeaksTheRevisionOfTheHeaderWithoutASession) {
    Client client;
    HttpFacts facts;

    facts.protocol_version = "2025-06-18";
    EXPECT_THAT(client.post(call("1", "demo.rich"), facts).text(), HasSubstr(R"("type":"resource_link")"));
    facts.protocol_version = {};
    EXPECT_THAT(client.post(call("1", "demo.rich"), facts).text(), Not(HasSubstr(R"("type":"resource_link")")));
    facts.protocol_version = "1999-01-01";
    EXPECT_EQ(client.post(call("1", "demo.rich"), facts).status(), 400);
}

TEST(HttpEntry, GivesEachRefusalItsStatusInTheOldEra) {
    struct Row {
        std::string body;
        int status;
        int code;
    };
    const std::array rows{
        Row{"", 400, -32700},
        Row{"{", 400, -32700},
        Row{"{}", 400, -32600},
        Row{"[]", 400, -32600},
        Row{R"({"jsonrpc":"2.0","id":null,"method":"ping"})", 400, -32600},
        Row{R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})", 400, -32602},
        Row{request("1", "nothing"), 200, -32601},
        Row{call("1", "nothing"), 200, -32602},
        Row{call("1", "demo.break"), 200, -32603},
        Row{request("1", "server/discover"), 400, -32602},
    };
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    for (const auto& row : rows) {
        for (const auto& facts : {HttpFacts{}, session}) {
            const auto posted = client.post(row.body, facts);
            EXPECT_EQ(posted.status(), row.status) << row.body;
            EXPECT_EQ(posted.code(), row.code) << row.body;
        }
    }
}

TEST(HttpEntry, GoesDownTheLadderOfTheNewEra) {
    const auto meta = modern_meta();
    const std::string future = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01",)"
                               R"("io.modelcontextprotocol/clientCapabilities":{}})";
    auto of_the_future = modern("tools/list");
    of_the_future.protocol_version = "2027-01-01";
    struct Row {
        const char* name;
        std::string body;
        HttpFacts facts;
        int status;
        int code;
    };
    const std::array rows{
        Row{"a call", call("1", "demo.echo", meta), modern("tools/call", "demo.echo"), 200, 0},
        Row{"a list", request("1", "tools/list", meta), modern("tools/list"), 200, 0},
        Row{"discovery", request("1", "server/discover", meta), modern("server/discover"), 200, 0},
        Row{"no claim", request("1", "tools/list"), modern("tools/list"), 400, -32602},
        Row{"a handshake with the header", initialize("2025-11-25"), modern("initialize"), 400, -32020},
        Row{"a handshake with the claim", request("1", "initialize", meta), modern("initialize"), 404, -32601},
        Row{"half a claim",
            request("1", "tools/list", R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})"),
            modern("tools/list"), 400, -32602},
        Row{"no headers", request("1", "tools/list", meta), {}, 400, -32020},
        Row{"another method in the header", request("1", "tools/list", meta), modern("tools/call"), 400, -32020},
        Row{"a version to come", request("1", "tools/list", future), of_the_future, 400, -32022},
        Row{"another name in the header", call("1", "demo.echo", meta), modern("tools/call", "demo.wait"), 400, -32020},
        Row{"an unknown method", request("1", "nothing", meta), modern("nothing"), 404, -32601},
        Row{"ping", request("1", "ping", meta), modern("ping"), 404, -32601},
        Row{"an unknown tool", call("1", "none", meta), modern("tools/call", "none"), 200, -32602},
        Row{"a broken tool", call("1", "demo.break", meta), modern("tools/call", "demo.break"), 200, -32603},
        Row{"an array", "[" + request("1", "tools/list", meta) + "]", modern("tools/list"), 400, -32600},
        Row{"a response", R"({"jsonrpc":"2.0","id":1,"result":{}})", modern("x"), 400, -32600},
    };
    Client client;
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto posted = client.post(row.body, row.facts);

        EXPECT_EQ(posted.status(), row.status);
        EXPECT_EQ(posted.code(), row.code);
        EXPECT_EQ(posted.session(), "");
    }
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})", modern("x")).status(), 202);
}

TEST(HttpEntry, PassesOverASessionInTheNewEra) {
    Client client;
    auto facts = modern("tools/list");
    facts.session_id = "gone";

    EXPECT_EQ(client.post(request("1", "tools/list", modern_meta()), facts).status(), 200);
}

TEST(HttpEntry, TellsTheTransportWhenTheNextTurnIs) {
    Client client;
    client.visitor = visitor_with(std::make_shared<CountedTurns>(0));

    const auto refused = client.post(call("1", "demo.echo"));

    EXPECT_EQ(refused.status(), 429);
    EXPECT_EQ(refused.code(), -32000);
    EXPECT_EQ(refused.outbox->deliveries[0].refused->limit, 30);
    EXPECT_EQ(client.post(initialize("2025-11-25")).status(), 429);
    EXPECT_EQ(client.post(request("2", "ping")).status(), 200);
}

TEST(HttpEntry, AnswersLaterWhatWaits) {
    Client client;
    auto posted = client.post(call("1", "demo.wait"));
    ASSERT_NE(posted.exchange, nullptr);
    client.example.run();

    client.example.let_go();

    EXPECT_THAT(posted.text(), HasSubstr("released"));
    posted.exchange->disconnected();
}

TEST(HttpEntry, CancelsTheWorkOfADisconnectedClientInTheNewEraOnly) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    auto stops = client.post(call("1", "demo.wait", modern_meta()), modern("tools/call", "demo.wait"));
    auto goes_on = client.post(call("1", "demo.wait"), session);
    auto goes_on_too = client.post(call("1", "demo.wait"));
    client.example.run();

    for (const auto* posted : {&stops, &goes_on, &goes_on_too}) posted->exchange->disconnected();
    client.example.run();
    EXPECT_EQ(client.example.seen->stopped, 1);
    client.example.let_go();

    EXPECT_EQ(client.example.seen->finished, 2);
    for (const auto* posted : {&stops, &goes_on, &goes_on_too}) {
        EXPECT_THAT(posted->outbox->responses, ElementsAre());
    }
}

TEST(HttpEntry, CancelsACallOfTheSessionFromAnotherRequest) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    auto posted = client.post(call(R"("w")", "demo.wait"), session);
    client.example.run();

    EXPECT_EQ(client.post(cancel_w, session).status(), 202);
    client.example.run();

    EXPECT_EQ(client.example.seen->stopped, 1);
    EXPECT_THAT(posted.outbox->responses, ElementsAre(""));  // the exchange ends, without an answer
}

TEST(HttpEntry, StillFindsACallToCancelWhoseClientLostItsConnection) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    auto posted = client.post(call(R"("w")", "demo.wait"), session);
    client.example.run();
    posted.exchange->disconnected();

    client.post(cancel_w, session);
    client.example.run();

    EXPECT_EQ(client.example.seen->stopped, 1);
    EXPECT_THAT(posted.outbox->responses, ElementsAre());
}

TEST(HttpEntry, RefusesAnIdThatIsInFlightInItsSession) {
    Client client;
    const auto one = in_session(client.open("2025-11-25"));
    const auto two = in_session(client.open("2025-11-25"));
    const auto waiting = client.post(call("1", "demo.wait"), one);

    EXPECT_EQ(client.post(call("1", "demo.echo"), one).code(), -32600);
    EXPECT_EQ(client.post(call("1", "demo.echo"), two).code(), 0);
    EXPECT_EQ(client.post(call("1", "demo.echo")).code(), 0);
}

TEST(HttpEntry, EndsASession) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    auto waiting = client.post(call("1", "demo.wait"), session);
    client.example.run();

    EXPECT_EQ(client.end({}), 400);
    EXPECT_EQ(client.end(modern("x")), 405);
    EXPECT_EQ(client.end(session), 200);
    client.example.run();

    EXPECT_EQ(client.example.seen->stopped, 1);
    EXPECT_EQ(client.post(request("2", "ping"), session).status(), 404);
    EXPECT_EQ(client.end(session), 404);
}

TEST(HttpEntry, KeepsOneStreamOpenForEachSession) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));

    EXPECT_EQ(client.listen({}).status(), 405);
    EXPECT_EQ(client.listen(modern("x")).status(), 405);
    EXPECT_EQ(client.listen(in_session("none")).status(), 404);
    auto first = client.listen(session);
    ASSERT_NE(first.exchange, nullptr);
    EXPECT_THAT(first.outbox->responses, ElementsAre());
    EXPECT_EQ(client.listen(session).status(), 409);

    first.exchange->disconnected();
    auto second = client.listen(session);
    ASSERT_NE(second.exchange, nullptr);
    client.end(session);
    client.example.run();

    EXPECT_THAT(second.outbox->responses, ElementsAre(""));
    EXPECT_THAT(first.outbox->responses, ElementsAre());
}

/// Remembers the ids of events as well.
class StreamedOutbox final : public mcp::Outbox {
public:
    void send(std::string_view message) override { events.emplace_back(message); }
    void send_event(std::string_view id, std::string_view message, std::chrono::milliseconds) override {
        events.push_back(std::string{id} + " " + std::string{message});
    }
    void respond(std::string_view message, const Delivery& delivery) override {
        events.push_back(delivery.event_id + " " + std::string{message});
        status = delivery.http_status;
        over = true;
    }

    void release() override { over = true; }
    bool takes_messages() const override { return takes_events; }
    bool wants_stream() const override { return wants_events; }

    std::vector<std::string> events;
    int status = 0;
    bool over = false;
    bool takes_events = true;
    bool wants_events = false;
};

/// A POST or GET whose events are looked at.
struct Streamed {
    std::shared_ptr<StreamedOutbox> outbox = std::make_shared<StreamedOutbox>();
    std::shared_ptr<Exchange> exchange;

    Streamed& post(Client& client, const std::string& body, const HttpFacts& facts = {}) {
        exchange = client.example.server.post(body, facts, client.visitor, client.example.executor(), outbox);
        client.example.run();
        return *this;
    }
    Streamed& resume(Client& client, HttpFacts facts, std::string_view from) {
        facts.last_event_id = from;
        exchange = client.example.server.listen(facts, client.visitor, client.example.executor(), outbox);
        client.example.run();
        return *this;
    }
    const std::vector<std::string>& events() const { return outbox->events; }
};

const std::string with_progress = R"("_meta":{"progressToken":1})";

TEST(HttpEntry, SaysNothingOnAPostWhoseStreamAClientHasResumed) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    Streamed posted;
    posted.post(client, call("7", "demo.wait", with_progress), session);
    client.example.seen->last->progress(1, 3, "one");
    ASSERT_EQ(posted.events().size(), 2u);

    // The POST's connection is still there, as far as the server knows.
    Streamed resumed;
    resumed.resume(client, session, "1-0");
    EXPECT_THAT(resumed.events(), ElementsAre(HasSubstr("1-1 {")));
    client.example.clock.advance(std::chrono::seconds{1});
    client.example.seen->last->progress(2, 3, "two");
    client.example.run();

    EXPECT_EQ(posted.events().size(), 2u);
    EXPECT_TRUE(posted.outbox->over);
    client.example.let_go();
    EXPECT_EQ(posted.events().size(), 2u);
    EXPECT_THAT(resumed.events(),
                ElementsAre(HasSubstr("1-1 {"), HasSubstr("1-2 {"), HasSubstr(R"("id":7,"result")"), " "));
}

TEST(HttpEntry, GivesTheAnswerToWhoHasResumedAndEndsThePost) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    Streamed posted;
    posted.post(client, call("7", "demo.wait", with_progress), session);
    client.example.seen->last->progress(1, 3, "one");
    Streamed resumed;
    resumed.resume(client, session, "1-1");

    client.example.let_go();

    EXPECT_EQ(posted.events().size(), 2u);
    EXPECT_TRUE(posted.outbox->over);
    EXPECT_THAT(resumed.events(), ElementsAre(HasSubstr(R"(1-2 {"jsonrpc":"2.0","id":7,"result")"), " "));
}

TEST(HttpEntry, BeginsTheStreamAtOnceForWhoWantsOneAndCouldComeBack) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    Streamed waiting;
    waiting.outbox->wants_events = true;
    waiting.post(client, call("7", "demo.wait"), session);
    EXPECT_THAT(waiting.events(), ElementsAre("1-0 "));
    waiting.exchange->disconnected();
    client.example.let_go();

    Streamed back;
    back.resume(client, session, "1-0");
    EXPECT_THAT(back.events(), ElementsAre(HasSubstr(R"(1-1 {"jsonrpc":"2.0","id":7,"result")"), " "));

    Streamed quick;
    quick.outbox->wants_events = true;
    quick.post(client, request("8", "ping"), session);
    EXPECT_THAT(quick.events(), ElementsAre("2-0 ", R"(2-1 {"jsonrpc":"2.0","id":8,"result":{}})"));
}

TEST(HttpEntry, GivesNoIdToAnAnswerThatNobodyCouldComeBackFor) {
    Client client;
    const auto old = in_session(client.open("2025-06-18"));
    for (const auto& facts : {HttpFacts{}, old}) {
        Streamed posted;
        posted.outbox->wants_events = true;
        posted.post(client, request("8", "ping"), facts);
        EXPECT_THAT(posted.events(), ElementsAre(R"( {"jsonrpc":"2.0","id":8,"result":{}})"));
    }
}

TEST(HttpEntry, HasTheRestOfABatchForWhoComesBack) {
    Client client;
    const auto session = in_session(client.open("2025-03-26"));
    const auto batch = "[" + request("1", "ping") + "," + call("2", "demo.wait", with_progress) + "]";
    Streamed posted;
    posted.post(client, batch, session);
    client.example.seen->last->progress(1, 2, "half");
    EXPECT_THAT(posted.events(), ElementsAre(HasSubstr("1-1 {")));

    posted.exchange->disconnected();
    client.example.let_go();

    Streamed back;
    back.resume(client, session, "1-1");
    EXPECT_THAT(back.events(), ElementsAre(HasSubstr(R"(1-2 [{"jsonrpc":"2.0","id":1,"result":{}},{)"), " "));
}

TEST(HttpEntry, SaysOnlyTheAnswerToWhoTakesNoEvents) {
    Client client;
    const auto session = in_session(client.open("2025-11-25"));
    Streamed posted;
    posted.outbox->takes_events = false;
    posted.post(client, call("7", "demo.wait", with_progress), session);
    client.example.seen->last->progress(1, 2, "half");
    client.example.seen->last->let_poll();

    client.example.let_go();

    EXPECT_THAT(posted.events(), ElementsAre(HasSubstr(R"( {"jsonrpc":"2.0","id":7,"result")")));
}

TEST(HttpEntry, HasTheRestOfAStreamForWhoComesBack) {
    for (const auto* version : {"2025-06-18", "2025-11-25"}) {
        Client client;
        const bool primes = std::string_view{version} == "2025-11-25";
        auto session = in_session(client.open(version));
        const auto waiting = std::make_shared<StreamedOutbox>();
        const auto exchange = client.example.server.post(call("7", "demo.wait", R"("_meta":{"progressToken":1})"),
                                                         session, client.visitor, client.example.executor(), waiting);
        client.example.run();
        client.example.seen->last->progress(1, 2, "half");
        ASSERT_EQ(waiting->events.size(), primes ? 2u : 1u);
        EXPECT_THAT(waiting->events.front(), HasSubstr(primes ? "1-0 " : "1-1 {"));
        EXPECT_THAT(waiting->events.back(), HasSubstr("1-1 {"));

        exchange->disconnected();
        client.example.let_go();

        session.last_event_id = "1-1";
        const auto back = std::make_shared<StreamedOutbox>();
        EXPECT_EQ(client.example.server.listen(session, client.visitor, client.example.executor(), back), nullptr);
        ASSERT_EQ(back->events.size(), 2u);
        EXPECT_THAT(back->events[0], HasSubstr(R"(1-2 {"jsonrpc":"2.0","id":7,"result")"));
        EXPECT_TRUE(back->over);

        session.last_event_id = "9-9";
        const auto lost = std::make_shared<StreamedOutbox>();
        EXPECT_EQ(client.example.server.listen(session, client.visitor, client.example.executor(), lost), nullptr);
        EXPECT_THAT(lost->events.at(0), HasSubstr("-32600"));
    }
}

TEST(HttpEntry, AsksNobodyWhoTakesNoEvents) {
    Catalog catalog;
    auto asks = ExampleServer::quick("demo.ask", [](json::Arguments, Call&) {
        Outcome outcome;
        outcome.needs = InputNeeded{{{"name", InputRequest::Kind::elicitation, R"({"message":"Who?"})"}}, ""};
        return outcome;
    });
    asks.asks = true;
    catalog.tools.push_back(std::move(asks));
    Client client{std::move(catalog)};
    const auto opened = client.post(request("0", "initialize",
                                            R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},)"
                                            R"("clientInfo":{"name":"t","version":"0"})"));
    const auto id = opened.session();
    for (const bool takes : {true, false}) {
        Streamed posted;
        posted.outbox->takes_events = takes;
        posted.post(client, call("7", "demo.ask"), in_session(id));
        EXPECT_THAT(posted.events().back(), HasSubstr(takes ? "elicitation/create" : "text/event-stream"));
        EXPECT_EQ(posted.outbox->status, takes ? 0 : 406);
        client.post(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})", in_session(id));
        client.example.run();
    }
}

TEST(HttpEntry, HasNothingToListenToForWhoTakesNoEvents) {
    Catalog catalog;
    catalog.tools_changed = std::make_shared<async::Changes>();
    Client client{std::move(catalog)};
    Streamed posted;
    posted.outbox->takes_events = false;
    posted.post(client, request("1", "subscriptions/listen", R"("notifications":{},)" + modern_meta()),
                modern("subscriptions/listen"));

    EXPECT_EQ(posted.exchange, nullptr);
    EXPECT_EQ(posted.outbox->status, 406);
    EXPECT_THAT(posted.events(), ElementsAre(HasSubstr("text/event-stream")));
}

TEST(HttpEntry, BoundsWhatEachPrincipalListensTo) {
    ServerOptions options;
    options.max_listens = 2;
    Client client{options};
    const auto listen = [&](const std::string& id) {
        return Streamed{}.post(client, request(id, "subscriptions/listen", R"("notifications":{},)" + modern_meta()),
                               modern("subscriptions/listen"));
    };

    auto first = listen("1");
    auto second = listen("2");
    ASSERT_NE(second.exchange, nullptr);
    const auto third = listen("3");
    EXPECT_EQ(third.exchange, nullptr);
    EXPECT_EQ(third.outbox->status, 503);
    EXPECT_THAT(third.events(), ElementsAre(HasSubstr("too_many_subscriptions")));

    const auto visitor = std::exchange(client.visitor, some_visitor("another"));
    EXPECT_NE(listen("4").exchange, nullptr);
    client.visitor = visitor;
    first.exchange->disconnected();
    client.example.run();
    EXPECT_NE(listen("5").exchange, nullptr);
}

TEST(HttpEntry, TakesBatchesInTheOneRevisionThatHasThem) {
    Client client;
    const auto session = in_session(client.open("2025-03-26"));
    const auto batch = "[" + request("1", "ping") + "," + call("2", "demo.wait") + "]";

    auto posted = client.post(batch, session);
    ASSERT_NE(posted.exchange, nullptr);
    client.example.run();
    client.example.let_go();
    EXPECT_EQ(parsed(posted.text()).as_array().size(), 2u);
    EXPECT_EQ(posted.status(), 200);

    EXPECT_EQ(client.post(R"([{"jsonrpc":"2.0","method":"n"}])", session).status(), 202);
    EXPECT_EQ(client.post("[1]", session).code(), -32600);
    EXPECT_EQ(client.post(batch).status(), 400);
    EXPECT_EQ(client.post(batch, in_session("gone")).status(), 404);
    auto named_otherwise = session;
    named_otherwise.protocol_version = "2026-07-28";
    EXPECT_EQ(client.post(batch, named_otherwise).status(), 400);
}

TEST(HttpEntry, SubscribesInABatchToo) {
    auto catalog = example_library();
    Resource moving{.uri = "demo://moving", .name = "moving"};
    moving.read = [](ResourceAddress, std::shared_ptr<Call>) { return reading(""); };
    moving.watch = [](const ResourceAddress&, const admission::Visitor&) { return nullptr; };
    catalog.resources.push_back(std::move(moving));
    Client client{std::move(catalog)};
    const auto session = in_session(client.open("2025-03-26"));

    const auto subscribe = request("1", "resources/subscribe", R"("uri":"demo://moving")");
    EXPECT_EQ(parsed(client.post("[" + subscribe + "]", session).text()),
              parsed(R"([{"jsonrpc":"2.0","id":1,"result":{}}])"));
}

TEST(HttpEntry, PutsNullForAnUnknownIdOnlyIntoOldSessions) {
    Client client;

    EXPECT_THAT(client.post("{", in_session(client.open("2025-06-18"))).text(), HasSubstr(R"("id":null)"));
    EXPECT_THAT(client.post("[]", in_session(client.open("2025-06-18"))).text(), HasSubstr(R"("id":null)"));
    EXPECT_THAT(client.post("[]", in_session(client.open("2025-11-25"))).text(), Not(HasSubstr(R"("id")")));
    EXPECT_THAT(client.post("{", in_session(client.open("2025-11-25"))).text(), Not(HasSubstr(R"("id")")));
    EXPECT_THAT(client.post("{").text(), Not(HasSubstr(R"("id")")));
}

TEST(HttpEntry, PutsNullForTheIdOfWhatHasNoneByTheRevisionThatIsSpoken) {
    Client client;
    const auto notification = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
    const auto response = R"({"jsonrpc":"2.0","id":1,"result":{}})";
    for (const auto* version : {"2025-06-18", "2025-11-25"}) {
        SCOPED_TRACE(version);
        const bool null = std::string_view{version} == "2025-06-18";
        const auto spoken = null ? HasSubstr(R"("id":null)") : HasSubstr(R"("2.0","error")");
        auto session = in_session(client.open(version));
        auto listening = client.listen(session);
        EXPECT_EQ(client.listen(session).status(), 409);
        EXPECT_THAT(client.listen(session).text(), spoken);
        session.last_event_id = "9-9";
        EXPECT_THAT(client.listen(session).text(), spoken);

        // The session isn't there to say what it speaks, but the header may be.
        auto gone = in_session("gone");
        gone.protocol_version = version;
        EXPECT_THAT(client.listen(gone).text(), spoken);
        EXPECT_THAT(client.post(notification, gone).text(), spoken);
        EXPECT_THAT(client.post(response, gone).text(), spoken);
        EXPECT_THAT(client.post("[]", gone).text(), spoken);
        EXPECT_THAT(client.post("{", gone).text(), spoken);
    }
    EXPECT_THAT(client.listen(in_session("gone")).text(), Not(HasSubstr(R"("id")")));
}

TEST(HttpEntry, RefusesARevisionThatIsNotSpokenWhateverIsSent) {
    Client client;
    for (const auto* version : {"1999-01-01", "latest", ""}) {
        SCOPED_TRACE(version);
        for (auto facts : {HttpFacts{}, in_session(client.open("2025-03-26"))}) {
            facts.protocol_version = version;
            EXPECT_EQ(client.post(request("1", "ping"), facts).status(), 400);
            EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", facts).status(), 400);
            EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","id":1,"result":{}})", facts).status(), 400);
            EXPECT_EQ(client.post("[" + request("1", "ping") + "]", facts).status(), 400);
            EXPECT_EQ(client.end(facts), 400);
            if (!facts.session_id) continue;
            EXPECT_EQ(client.listen(facts).status(), 400);
            facts.protocol_version = "2025-03-26";
            EXPECT_EQ(client.end(facts), 200) << "nothing of it was done";
        }
    }
    auto future = modern("x");
    future.protocol_version = "2027-01-01";
    const auto refused = client.post(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})", future);
    EXPECT_EQ(refused.status(), 400);
    EXPECT_EQ(refused.code(), -32022);
}

TEST(HttpEntry, ListsNamesThatEveryHostTakes) {
    Client client;
    HttpFacts dotted;
    dotted.name_style = NameStyle::dotted;

    EXPECT_THAT(client.post(request("1", "tools/list")).text(), HasSubstr("demo_echo"));
    EXPECT_THAT(client.post(request("1", "tools/list"), dotted).text(), HasSubstr("demo.echo"));
}

TEST(HttpEntry, IsUnavailableWhileItDrains) {
    Client client;
    client.example.server.drain();

    EXPECT_EQ(client.post(call("1", "demo.echo")).status(), 503);
    EXPECT_EQ(client.post(initialize("2025-11-25")).status(), 503);
}

}  // namespace
}  // namespace flux::mcp
