#include "mcp/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Outcome greet(Call& call) {
    Outcome outcome;
    const auto* name = call.input("name");
    if (name == nullptr) {
        outcome.needs = InputNeeded{{{"name", InputRequest::Kind::elicitation, R"({"message":"Who?"})"}}, "asked"};
        return outcome;
    }
    const auto text = json::Raw{*name}.member("content").member("name").string().value_or("nobody");
    outcome.content.push_back(Content::text(text + " after " + std::string{call.state()}));
    return outcome;
}

async::Task<Outcome> greet_later(std::shared_ptr<Call> call) { co_return greet(*call); }

Catalog asking_catalog() {
    Catalog catalog;
    auto quick = ExampleServer::quick("demo.greet", [](json::Arguments, Call& call) { return greet(call); });
    auto slow = ExampleServer::slow(
        "demo.greet_later", [](json::Arguments, std::shared_ptr<Call> call) { return greet_later(std::move(call)); });
    quick.asks = slow.asks = true;
    catalog.tools = {quick, slow,
                     ExampleServer::quick("demo.hidden", [](json::Arguments, Call& call) { return greet(call); })};
    return catalog;
}

struct Asked : LibraryClient {
    Asked() : LibraryClient{{}, asking_catalog()} {}

    void handshake(const std::string& capabilities) {
        ask("initialize", R"("protocolVersion":"2025-11-25","capabilities":)" + capabilities);
        outbox->responses.clear();
    }
    void tell(const std::string& message) {
        stream->receive(message);
        example.run();
    }
};

std::string able_meta(const std::string& capabilities) {
    return R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":)" +
           capabilities + "}";
}

std::string call_of(const std::string& tool, const std::string& more = "") {
    return R"("name":")" + tool + "\"" + more;
}

const std::string ada = R"({"action":"accept","content":{"name":"Ada"}})";

TEST(Asking, SaysInTheResultWhatIsNeededAndGoesOnWithTheAnswer) {
    for (const auto* tool : {"demo.greet", "demo.greet_later"}) {
        Asked client;
        const auto meta = "," + able_meta(R"({"elicitation":{}})");

        const auto first = client.result("tools/call", call_of(tool, meta));

        EXPECT_EQ(first.at("resultType").as_string(), "input_required");
        EXPECT_EQ(boost::json::serialize(first.at("inputRequests")),
                  R"({"name":{"method":"elicitation/create","params":{"message":"Who?"}}})");
        const auto state = boost::json::serialize(first.at("requestState"));
        EXPECT_THAT(client.outbox->sent, SizeIs(0));

        const auto more = R"(,"inputResponses":{"name":)" + ada + R"(,"other":7},"requestState":)" + state + meta;
        const auto second = client.result("tools/call", call_of(tool, more));
        EXPECT_EQ(second.at("resultType").as_string(), "complete");
        EXPECT_EQ(second.at("content").at(0).at("text").as_string(), "Ada after asked");

        const auto other = R"(,"arguments":{"x":1},"requestState":)" + state + meta;
        EXPECT_EQ(client.code("tools/call", call_of(tool, other)), -32602) << "the state of another request";
        EXPECT_EQ(client.code("tools/call", call_of(tool, R"(,"requestState":"made up")" + meta)), -32602);
        EXPECT_EQ(client.code("tools/call", call_of(tool, R"(,"requestState":7)" + meta)), -32602);
    }
}

TEST(Asking, NeverAsksForWhatAClientDoesNotOffer) {
    Asked client;

    const auto error =
        client.ask("tools/call", call_of("demo.greet", "," + able_meta(R"({"sampling":{}})"))).at("error");

    EXPECT_EQ(error.at("code").as_int64(), -32021);
    EXPECT_EQ(boost::json::serialize(error.at("data")), R"({"requiredCapabilities":{"elicitation":{}}})");

    Asked old;
    old.handshake("{}");
    EXPECT_EQ(old.code("tools/call", call_of("demo.greet")), -32600);
    EXPECT_THAT(old.outbox->sent, SizeIs(0));
}

TEST(Asking, SendsARequestWhereThereIsASession) {
    for (const auto* tool : {"demo.greet", "demo.greet_later"}) {
        Asked client;
        client.handshake(R"({"elicitation":{}})");

        client.stream->receive(request("5", "tools/call", call_of(tool)));
        client.example.run();

        ASSERT_THAT(client.outbox->sent, SizeIs(1));
        EXPECT_EQ(client.outbox->sent[0],
                  R"({"jsonrpc":"2.0","id":"flux-1","method":"elicitation/create","params":{"message":"Who?"}})");
        EXPECT_EQ(client.stream->in_flight(), 1u);

        client.tell(R"({"jsonrpc":"2.0","id":"flux-9","result":{}})");
        EXPECT_THAT(client.outbox->responses, SizeIs(0));
        client.tell(R"({"jsonrpc":"2.0","id":"flux-1","result":)" + ada + "}");
        EXPECT_THAT(client.outbox->only(), HasSubstr("Ada after asked"));
        EXPECT_EQ(client.stream->in_flight(), 0u);
        client.tell(R"({"jsonrpc":"2.0","id":"flux-1","result":)" + ada + "}");
        EXPECT_THAT(client.outbox->responses, SizeIs(1));
    }
}

TEST(Asking, NamesAPageAsItsRevisionDoes) {
    const std::string page = R"({"mode":"url","message":"Sign in.","url":"https://example.org/"})";
    Catalog catalog;
    auto tool = ExampleServer::quick("demo.visit", [page](json::Arguments, Call& call) {
        Outcome outcome;
        if (call.input("page") == nullptr) {
            outcome.needs = InputNeeded{{{"page", InputRequest::Kind::elicitation_url, page}}};
        }
        return outcome;
    });
    tool.asks = true;
    catalog.tools = {tool};
    LibraryClient modern{{}, catalog};
    const auto meta = "," + able_meta(R"({"elicitation":{"url":{}}})");
    EXPECT_EQ(boost::json::serialize(
                  modern.result("tools/call", call_of("demo.visit", meta)).at("inputRequests").at("page").at("params")),
              page);
    const auto forms_only = "," + able_meta(R"({"elicitation":{}})");
    EXPECT_EQ(modern.code("tools/call", call_of("demo.visit", forms_only)), -32021);

    std::set<std::string> ids;
    for (int i = 0; i < 2; ++i) {
        LibraryClient old{{}, catalog};
        old.ask("initialize", R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{"url":{}}})");
        old.stream->receive(request("5", "tools/call", call_of("demo.visit")));
        ASSERT_THAT(old.outbox->sent, SizeIs(1));
        auto params = parsed(old.outbox->sent[0]).at("params").as_object();
        ids.emplace(params.at("elicitationId").as_string());
        params.erase("elicitationId");
        EXPECT_EQ(boost::json::serialize(params), page);
    }
    EXPECT_THAT(ids, SizeIs(2));

    LibraryClient older{{}, catalog};
    older.ask("initialize", R"("protocolVersion":"2025-06-18","capabilities":{"elicitation":{"url":{}}})");
    EXPECT_EQ(older.code("tools/call", call_of("demo.visit")), -32600) << "this revision has no pages";
    EXPECT_THAT(older.outbox->sent, SizeIs(0));
}

TEST(Asking, TakesItsAnswerFromABatch) {
    Catalog catalog;
    auto tool = ExampleServer::quick("demo.sample", [](json::Arguments, Call& call) {
        Outcome outcome;
        const auto* said = call.input("model");
        if (said == nullptr) {
            outcome.needs = InputNeeded{{{"model", InputRequest::Kind::sampling, R"({"messages":[],"maxTokens":9})"}}};
        } else {
            outcome.content.push_back(Content::text(*said));
        }
        return outcome;
    });
    tool.asks = true;
    catalog.tools = {tool};
    const std::string hello = R"("protocolVersion":"2025-03-26","capabilities":{"sampling":{}})";
    const std::string answers = R"([{"jsonrpc":"2.0","id":"flux-1","result":{"model":"ada"}}])";

    LibraryClient client{{}, catalog};
    client.ask("initialize", hello);
    client.outbox->responses.clear();
    client.stream->receive(request("5", "tools/call", call_of("demo.sample")));
    EXPECT_THAT(client.outbox->sent, SizeIs(1));
    client.stream->receive(answers);
    client.example.run();
    EXPECT_THAT(client.outbox->only(), HasSubstr("ada"));

    const auto post = [&](const std::string& body, const HttpFacts& facts) {
        auto outbox = std::make_shared<RecordingOutbox>();
        client.example.server.post(body, facts, some_visitor(), client.example.executor(), outbox);
        client.example.run();
        return outbox;
    };
    HttpFacts facts;
    const auto session = post(request("0", "initialize", hello), {})->deliveries.at(0).session_id;
    facts.session_id = session;
    const auto asked = post(request("5", "tools/call", call_of("demo.sample")), facts);
    EXPECT_THAT(asked->sent, SizeIs(1));
    EXPECT_EQ(post(answers, facts)->status(), 202);
    EXPECT_THAT(asked->only(), HasSubstr("ada"));
}

TEST(Asking, EndsWhenTheClientCannotAnswer) {
    Asked client;
    client.handshake(R"({"elicitation":{}})");
    client.stream->receive(request("5", "tools/call", call_of("demo.greet")));
    client.example.run();

    client.tell(R"({"jsonrpc":"2.0","id":"flux-1","error":{"code":-1,"message":"User rejected"}})");

    EXPECT_EQ(code_of(client.outbox->only()), -32600);
    EXPECT_THAT(client.outbox->only(), HasSubstr("User rejected"));
}

TEST(Asking, IsGivenUpWithItsCall) {
    Asked client;
    client.handshake(R"({"elicitation":{}})");
    client.stream->receive(request("5", "tools/call", call_of("demo.greet")));
    client.example.run();

    client.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
    client.tell(R"({"jsonrpc":"2.0","id":"flux-1","result":)" + ada + "}");

    EXPECT_THAT(client.outbox->responses, SizeIs(0));
    EXPECT_EQ(client.stream->in_flight(), 0u);
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Asking, EndsWhenTheServerTakesNoAnswersAnyMore) {
    Asked client;
    const auto visitor = some_visitor();
    const auto post = [&](const std::string& body, const HttpFacts& facts) {
        auto outbox = std::make_shared<RecordingOutbox>();
        client.example.server.post(body, facts, visitor, client.example.executor(), outbox);
        client.example.run();
        return outbox;
    };
    const auto hello =
        request("0", "initialize", R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{}})");
    const auto session = post(hello, {})->deliveries.at(0).session_id;
    HttpFacts facts;
    facts.session_id = session;
    const auto asked = post(request("5", "tools/call", call_of("demo.greet")), facts);
    EXPECT_THAT(asked->sent, SizeIs(1));
    EXPECT_THAT(asked->responses, SizeIs(0));

    client.example.server.drain();
    client.example.run();

    EXPECT_THAT(asked->only(), HasSubstr("shutting down"));
    EXPECT_TRUE(client.example.context.stopped()) << "something keeps the loop from ending";
}

TEST(Asking, IsForToolsThatSaidSo) {
    Asked client;

    EXPECT_EQ(client.code("tools/call", call_of("demo.hidden", "," + able_meta(R"({"elicitation":{}})"))), -32603);
    EXPECT_THAT(client.outbox->responses.back(), Not(HasSubstr("Who?")));
}

TEST(ClientAbilities, AreWhatWasSaid) {
    const auto read = [](const char* text, Revision revision = Revision::november_2025) {
        return ClientAbilities::read(json::Raw{text}, revision);
    };

    EXPECT_TRUE(read(R"({"elicitation":{}})").elicitation);
    EXPECT_FALSE(read(R"({"elicitation":{}})").elicitation_urls);
    EXPECT_FALSE(read(R"({"elicitation":{"url":{}}})").elicitation);
    EXPECT_TRUE(read(R"({"elicitation":{"url":{},"form":{}}})").elicitation);
    EXPECT_FALSE(read(R"({"elicitation":true,"roots":{}})").elicitation);
    EXPECT_TRUE(read(R"({"roots":{},"sampling":{}})").sampling);
}

TEST(ClientAbilities, AreWhatTheRevisionHasWordsFor) {
    struct Row {
        Revision revision;
        bool forms;
        bool pages;
        bool tasks;
    };
    for (const auto& row :
         {Row{Revision::november_2024, false, false, false}, Row{Revision::march_2025, false, false, false},
          Row{Revision::june_2025, true, false, false}, Row{Revision::november_2025, true, true, false},
          Row{Revision::july_2026, true, true, true}}) {
        SCOPED_TRACE(name_of(row.revision));
        const auto abilities =
            ClientAbilities::read(json::Raw{R"({"elicitation":{"form":{},"url":{}},"roots":{},"sampling":{},)"
                                            R"("extensions":{"io.modelcontextprotocol/tasks":{}}})"},
                                  row.revision);
        EXPECT_EQ(abilities.elicitation, row.forms);
        EXPECT_EQ(abilities.elicitation_urls, row.pages);
        EXPECT_EQ(abilities.tasks, row.tasks);
        EXPECT_TRUE(abilities.roots && abilities.sampling);
    }
}

}  // namespace
}  // namespace flux::mcp
