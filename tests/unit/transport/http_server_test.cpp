#include "transport/http_server.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fakes/temporary_folder.hpp"
#include "served_port.hpp"

namespace flux::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string echo(int id) { return call_text("demo_echo", id, R"({"text":"hello"})"); }

/// Opens a session of the handshake era and its stream.
void listen(const ServedPort& served, TcpClient& listener) {
    TcpClient client{served.port()};
    client.send(served.post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
                            R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})"));
    const auto session = "Mcp-Session-Id: " + take_answer(client).fields.at("Mcp-Session-Id") + "\r\n";
    listener.send(served.get("/mcp", session + "Accept: text/event-stream\r\n"));
    EXPECT_EQ(take_answer(listener).fields.at("Content-Type"), "text/event-stream");
}

/// What else a port may serve.
struct PathEcho final : HttpHandler {
    async::Task<HttpResponse> answer(HttpRequest request) override {
        HttpResponse response;
        response.body = request.path;
        co_return response;
    }
};

TEST(HttpServer, AnswersACallAsJsonAndKeepsTheConnection) {
    ServedPort served;
    TcpClient client{served.port()};
    for (int i = 1; i <= 3; ++i) {
        client.send(served.post(echo(i), modern_fields("demo_echo")));
        const auto answer = take_answer(client);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.fields.at("Content-Type"), "application/json");
        EXPECT_THAT(answer.body, HasSubstr("hello"));
        EXPECT_THAT(answer.body, HasSubstr("\"id\":" + std::to_string(i)));
    }
}

std::ptrdiff_t threads_here() { return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}); }

TEST(HttpServer, HasALoopForEachProcessorThatItMayUse) {
    cpu_set_t all;
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t i = 0; CPU_COUNT(&one) == 0; ++i) {
        if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
    }
    PathEcho echo;
    async::BlockingPool pool{1};
    const auto loops = [&] {
        HttpServer server{{.port = 0}, echo, pool};
        const auto before = threads_here();
        EXPECT_TRUE(server.start());
        return threads_here() - before;
    };

    EXPECT_EQ(loops(), CPU_COUNT(&all));
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(loops(), 1);
    EXPECT_EQ(::sched_setaffinity(0, sizeof all, &all), 0);
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
    ServedPort served;
    served.witness->release = true;
    TcpClient client{served.port()};
    std::string all;
    for (int i = 1; i <= 20; ++i) {
        all += i % 5 == 0 ? served.post(call_text("demo_wait", i), modern_fields("demo_wait"))
                          : served.post(echo(i), modern_fields("demo_echo"));
    }
    client.send(all);
    for (int i = 1; i <= 20; ++i) {
        EXPECT_THAT(take_answer(client).body, HasSubstr("\"id\":" + std::to_string(i)));
    }
}

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
    ServedPort served;
    TcpClient client{served.port()};
    for (const char c : served.post(echo(1), modern_fields("demo_echo"))) client.send({&c, 1});
    EXPECT_EQ(take_answer(client).status, 200);

    std::string chunked = "POST /mcp HTTP/1.1\r\n" + served.host() + "Content-Type: application/json\r\n" +
                          modern_fields("demo_echo") + "Transfer-Encoding: chunked\r\n\r\n";
    for (const char c : echo(2)) chunked += std::string{"1;x\r\n"} + c + "\r\n";
    chunked += "0\r\n\r\n";
    client.send(chunked);
    const auto answer = take_answer(client);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("\"id\":2"));
}

TEST(HttpServer, AsksForTheBodyThatItIsWillingToRead) {
    ServedPort served;
    TcpClient client{served.port()};
    const auto request = served.post(echo(1), modern_fields("demo_echo") + "Expect: 100-continue\r\n");
    const auto head = request.find("\r\n\r\n") + 4;
    client.send(std::string_view{request}.substr(0, head));
    EXPECT_EQ(client.take_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(std::string_view{request}.substr(head));
    EXPECT_EQ(take_answer(client).status, 200);
}

TEST(HttpServer, RefusesWithTheStatusThatSaysWhy) {
    ServedPort served;
    const std::string host = served.host();
    const std::string json = "Content-Type: application/json\r\n";
    struct Row {
        const char* name;
        std::string request;
        int status;
    };
    const std::array rows{
        Row{"no HTTP", "hello\r\n\r\n", 400},
        Row{"no host", "GET /health HTTP/1.1\r\n\r\n", 400},
        Row{"smuggling", "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
        Row{"another site's host",
            "POST /mcp HTTP/1.1\r\nHost: evil.example\r\n" + json + "Content-Length: 2\r\n\r\n{}", 403},
        Row{"another site's origin", served.post("{}", "Origin: https://evil.example\r\n"), 403},
        Row{"another site's upgrade", served.upgrade("Origin: https://evil.example\r\n"), 403},
        Row{"no such path", served.get("/nowhere"), 404},
        Row{"another site's origin elsewhere", served.get("/nowhere", "Origin: https://evil.example\r\n"), 403},
        Row{"no such method", "PUT /mcp HTTP/1.1\r\n" + host + "\r\n", 405},
        Row{"POST to a page", "POST /health HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", 405},
        Row{"nothing acceptable",
            "POST /mcp HTTP/1.1\r\n" + host + json + "Accept: text/html\r\nContent-Length: 2\r\n\r\n{}", 406},
        Row{"GET without events", served.get("/mcp", "Accept: application/json\r\n"), 406},
        Row{"another type", "POST /mcp HTTP/1.1\r\n" + host + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
            415},
        Row{"no type", "POST /mcp HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}", 415},
        Row{"a big body", "POST /mcp HTTP/1.1\r\n" + host + json + "Content-Length: 1048577\r\n\r\n", 413},
        Row{"a big chunk", "POST /mcp HTTP/1.1\r\n" + host + json + "Transfer-Encoding: chunked\r\n\r\n100001\r\n",
            413},
        Row{"a long target", served.get("/" + std::string(9000, 'a')), 414},
        Row{"a long head", served.get("/health", "X: " + std::string(17'000, 'a') + "\r\n"), 431},
        Row{"not JSON", served.post("nonsense"), 400},
        Row{"two names", served.post(echo(1), modern_fields("demo_echo") + "mcp-name: demo_wait\r\n"), 400},
        Row{"another version", "GET / HTTP/2.0\r\n" + host + "\r\n", 505},
        Row{"another encoding", "POST /mcp HTTP/1.1\r\n" + host + json + "Transfer-Encoding: gzip, chunked\r\n\r\n",
            501},
        Row{"an old WebSocket",
            served.get("/mcp",
                       "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
            426},
        Row{"another subprotocol", served.upgrade("Sec-WebSocket-Protocol: chat\r\n"), 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        TcpClient client{served.port()};
        client.send(row.request);
        EXPECT_EQ(take_answer(client).status, row.status);
    }
}

TEST(HttpServer, RefusesABodyWithoutEndWhileItReads) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send("POST /mcp HTTP/1.1\r\n" + served.host() +
                "Content-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n");
    const std::string piece = "10000\r\n" + std::string(65'536, 'x') + "\r\n";
    for (int i = 0; i < 17; ++i) client.send(piece);
    const auto answer = take_answer(client);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.fields.at("Connection"), "close");
}

TEST(HttpServer, AsksForATokenBeforeItReadsABody) {
    ServedPort served{{.with_token = true}};
    TcpClient stranger{served.port()};
    stranger.send("POST /mcp HTTP/1.1\r\n" + served.host() +
                  "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n");
    const auto refused = take_answer(stranger);
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(refused.fields.at("WWW-Authenticate"), HasSubstr("Bearer"));
    EXPECT_TRUE(stranger.is_closed());

    TcpClient known{served.port()};
    known.send(
        served.post(echo(1), modern_fields("demo_echo") + "Authorization: Bearer " + ServedPort::token + "\r\n"));
    EXPECT_EQ(take_answer(known).status, 200);

    TcpClient health{served.port()};
    health.send(served.get("/health"));
    EXPECT_EQ(take_answer(health).status, 200) << "the operator's pages need none";
}

TEST(HttpServer, SaysWhenTheNextTurnIs) {
    ServedPort served{{.turns = 2}};
    TcpClient client{served.port()};
    for (int i = 1; i <= 2; ++i) {
        client.send(served.post(echo(i), modern_fields("demo_echo")));
        EXPECT_EQ(take_answer(client).status, 200);
    }
    TcpClient again{served.port()};
    again.send(served.post(echo(3), modern_fields("demo_echo")));
    const auto refused = take_answer(again);
    EXPECT_EQ(refused.status, 429);
    EXPECT_TRUE(refused.fields.contains("Retry-After"));
    EXPECT_THAT(refused.fields.at("RateLimit-Policy"), HasSubstr("q=2"));
    EXPECT_THAT(refused.body, HasSubstr("resetAt"));
}

TEST(HttpServer, TurnsTheReplyIntoAnEventStreamWhenThereIsSomethingToTell) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send(served.post(call_text("demo_wait", 1, "{}", R"(,"progressToken":"p")"), modern_fields("demo_wait")));
    const auto head = take_answer(client);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.fields.at("Content-Type"), "text/event-stream");
    EXPECT_EQ(head.fields.at("X-Accel-Buffering"), "no");
    EXPECT_THAT(take_chunk(client), HasSubstr("notifications/progress"));

    served.witness->release = true;
    std::string last;
    for (auto chunk = take_chunk(client); !chunk.empty(); chunk = take_chunk(client)) last = chunk;
    EXPECT_THAT(last, HasSubstr("released"));

    client.send(served.post(echo(2), modern_fields("demo_echo")));
    EXPECT_EQ(take_answer(client).status, 200) << "the connection goes on";
}

TEST(HttpServer, AnswersInJsonWhoTakesNoEventStream) {
    ServedPort served;
    TcpClient client{served.port()};
    const auto body = call_text("demo_wait", 1, "{}", R"(,"progressToken":"p")");
    client.send("POST /mcp HTTP/1.1\r\n" + served.host() +
                "Content-Type: application/json\r\nAccept: application/json\r\n" + modern_fields("demo_wait") +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));
    served.witness->release = true;

    const auto answer = take_answer(client);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.fields.at("Content-Type"), "application/json");
    EXPECT_THAT(answer.body, HasSubstr("released"));
}

TEST(HttpServer, AnswersWithAnEventWhoTakesNothingElse) {
    ServedPort served;
    for (const char* accept : {"text/event-stream", "Text/Event-Stream;q=1, application/json", "text/*",
                               ", text/event-stream, application/json", "text/event-stream\r\nAccept: */*"}) {
        SCOPED_TRACE(accept);
        TcpClient client{served.port()};
        const auto body = echo(1);
        client.send("POST /mcp HTTP/1.1\r\n" + served.host() + "Content-Type: application/json\r\nAccept: " + accept +
                    "\r\n" + modern_fields("demo_echo") + "Content-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
        EXPECT_EQ(take_answer(client).fields.at("Content-Type"), "text/event-stream");
        EXPECT_THAT(take_chunk(client), HasSubstr("hello"));
    }
}

TEST(HttpServer, AnswersInJsonWhoNamesItFirstOrNothing) {
    ServedPort served;
    for (const char* fields :
         {"", "Accept: */*\r\n", "Accept: application/json, text/event-stream\r\n", "Accept: APPLICATION/*\r\n",
          "Accept: text/event-streams, application/json\r\n", "Accept: text/html\r\nAccept: */*\r\n"}) {
        SCOPED_TRACE(fields);
        TcpClient client{served.port()};
        const auto body = echo(1);
        client.send("POST /mcp HTTP/1.1\r\n" + served.host() + "Content-Type: application/json\r\n" + fields +
                    modern_fields("demo_echo") + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        EXPECT_EQ(take_answer(client).fields.at("Content-Type"), "application/json");
    }
}

TEST(HttpServer, TellsTheProtocolWhenTheClientGoesAway) {
    ServedPort served;
    {
        TcpClient client{served.port()};
        client.send(served.post(call_text("demo_wait", 1), modern_fields("demo_wait")));
        ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return served.witness->stopped == 1; }));
}

TEST(HttpServer, KeepsALegacySessionByItsHeader) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send(served.post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                            R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})"));
    const auto opened = take_answer(client);
    ASSERT_EQ(opened.status, 200);
    const auto session = "Mcp-Session-Id: " + opened.fields.at("Mcp-Session-Id") + "\r\n";

    client.send(served.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", session));
    const auto accepted = take_answer(client);
    EXPECT_EQ(accepted.status, 202);
    EXPECT_EQ(accepted.body, "");

    TcpClient listener{served.port()};
    listener.send(served.get("/mcp", session + "Accept: text/event-stream\r\n"));
    EXPECT_EQ(take_answer(listener).fields.at("Content-Type"), "text/event-stream");

    client.send("DELETE /mcp HTTP/1.1\r\n" + served.host() + session + "\r\n");
    EXPECT_EQ(take_answer(client).status, 200);
    client.send(served.post(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})", session));
    EXPECT_EQ(take_answer(client).status, 404);
}

TEST(HttpServer, EndsASessionThatNobodyUses) {
    auto limits = ServedPort::quick_limits();
    limits.session_check = 20ms;
    mcp::ServerOptions options;
    options.session_idle_limit = 0s;
    ServedPort served{{.limits = limits, .options = options}};
    TcpClient client{served.port()};
    client.send(served.post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
                            R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})"));
    const auto opened = take_answer(client);
    EXPECT_EQ(opened.status, 200);
    EXPECT_FALSE(opened.fields.at("Mcp-Session-Id").empty());

    EXPECT_TRUE(eventually([&] { return served.sessions() == 0; }));
}

TEST(HttpServer, KnowsNoSessionsInTheModernEra) {
    ServedPort served;
    TcpClient client{served.port()};
    const std::string rest = " /mcp HTTP/1.1\r\n" + served.host() + "MCP-Protocol-Version: 2026-07-28\r\n\r\n";
    for (const char* method : {"GET", "DELETE"}) {
        SCOPED_TRACE(method);
        client.send(method + rest);
        const auto refused = take_answer(client);
        EXPECT_EQ(refused.status, 405);
        EXPECT_THAT(refused.fields.at("Allow"), HasSubstr("POST"));
    }
}

TEST(HttpServer, LetsAllowedOriginsReadTheAnswer) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send("OPTIONS /mcp HTTP/1.1\r\n" + served.host() +
                "Origin: https://ui.example.com\r\n"
                "Access-Control-Request-Method: POST\r\n\r\n");
    const auto preflight = take_answer(client);
    EXPECT_EQ(preflight.status, 204);
    EXPECT_EQ(preflight.fields.at("Access-Control-Allow-Origin"), "https://ui.example.com");
    EXPECT_THAT(preflight.fields.at("Access-Control-Allow-Headers"), HasSubstr("Authorization"));
    EXPECT_THAT(preflight.fields.at("Access-Control-Allow-Headers"), Not(HasSubstr("Mcp-Param")));

    client.send("OPTIONS /mcp HTTP/1.1\r\n" + served.host() +
                "Origin: https://ui.example.com\r\nAccess-Control-Request-Method: POST\r\n"
                "Access-Control-Request-Headers: content-type,mcp-param-region, mcp-param-, mcp-param-a b, "
                "x-secret, Mcp-Param-Zone\r\n\r\n");
    const auto params = take_answer(client).fields.at("Access-Control-Allow-Headers");
    EXPECT_THAT(params, testing::EndsWith("Last-Event-ID, mcp-param-region, Mcp-Param-Zone"));

    client.send(served.post(echo(1), modern_fields("demo_echo") + "Origin: https://ui.example.com\r\n"));
    EXPECT_EQ(take_answer(client).fields.at("Access-Control-Allow-Origin"), "https://ui.example.com");
}

TEST(HttpServer, ServesTheOperatorsPages) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send(served.get("/health"));
    EXPECT_THAT(take_answer(client).body, HasSubstr(R"("status":"healthy","service":"flux-mcp","version":"1.0.0")"));
    client.send("HEAD /livez HTTP/1.1\r\n" + served.host() + "\r\n");
    EXPECT_EQ(take_answer(client, false).status, 200);
    client.send(served.get("/readyz"));
    EXPECT_EQ(take_answer(client).status, 200);
    client.send(served.get("/nowhere"));
    EXPECT_THAT(take_answer(client).body, HasSubstr("/mcp")) << "a hint to where something is";
}

TEST(HttpServer, AnswersProbesByAnyNameButTellsAStrangerNoMoreThanItsState) {
    ServedPort served;
    struct Row {
        const char* name;
        std::string request;
        int status;
    };
    const std::array rows{
        Row{"by address", "GET /health HTTP/1.1\r\nHost: 10.0.0.7:8787\r\n\r\n", 200},
        Row{"without a name", "GET /health HTTP/1.0\r\n\r\n", 200},
        Row{"by another name", "GET /health HTTP/1.1\r\nHost: flux.internal\r\n\r\n", 200},
        Row{"from another page", served.get("/readyz", "Origin: https://evil.example\r\n"), 403},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        TcpClient client{served.port()};
        client.send(row.request);
        EXPECT_EQ(take_answer(client).status, row.status);
    }
    const auto ready = [&](const char* host) {
        TcpClient client{served.port()};
        client.send("GET /readyz HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n");
        return take_answer(client).body;
    };
    EXPECT_EQ(ready("evil.example"), R"({"status":"ready"})");
    EXPECT_EQ(ready("10.0.0.7:8787"), R"({"status":"ready","connectors":[]})");
}

TEST(HttpServer, ClosesWhoeverIsSlow) {
    auto limits = ServedPort::quick_limits();
    limits.head_time = 60ms;
    limits.idle_time = 60ms;
    limits.body_grace = 60ms;
    limits.body_rate = 1 << 20;
    ServedPort served{{.limits = limits}};

    TcpClient head{served.port()};
    head.send("GET /health HTTP/1.1\r\n");
    EXPECT_EQ(take_answer(head).status, 408);

    TcpClient body{served.port()};
    body.send("POST /mcp HTTP/1.1\r\n" + served.host() +
              "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
    EXPECT_EQ(take_answer(body).status, 408);

    TcpClient silent{served.port()};
    EXPECT_TRUE(silent.is_closed());

    TcpClient idle{served.port()};
    idle.send(served.get("/health"));
    EXPECT_EQ(take_answer(idle).status, 200);
    EXPECT_TRUE(idle.is_closed());
}

TEST(HttpServer, HoldsOnlySoManyStrangers) {
    auto limits = ServedPort::quick_limits();
    limits.unauthenticated = 2;
    ServedPort served{{.with_token = true, .limits = limits}};
    TcpClient known{served.port()};
    known.send(
        served.post(echo(1), modern_fields("demo_echo") + "Authorization: Bearer " + ServedPort::token + "\r\n"));
    EXPECT_EQ(take_answer(known).status, 200);

    TcpClient first{served.port()};
    TcpClient second{served.port()};
    first.send(served.get("/health"));
    second.send(served.get("/health"));
    EXPECT_EQ(take_answer(first).status, 200);
    EXPECT_EQ(take_answer(second).status, 200);
    TcpClient third{served.port()};
    EXPECT_TRUE(third.is_closed());
}

TEST(HttpServer, SaysWhoseThePortIs) {
    ServedPort served;
    async::BlockingPool pool{1};
    struct Nothing final : HttpHandler {
        async::Task<HttpResponse> answer(HttpRequest) override { co_return HttpResponse{}; }
    } nothing;
    HttpServer second{{.port = served.port(), .port_setting = "FLUX_PREVIEW_PORT", .threads = 1}, nothing, pool};

    const auto started = second.start();

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::conflict);
    EXPECT_THAT(started.error().message, HasSubstr(std::to_string(served.port())));
    EXPECT_THAT(started.error().message, HasSubstr("FLUX_PREVIEW_PORT"));
}

TEST(HttpServer, DrainsWhatIsInFlightAndTellsTheRestToComeBack) {
    PathEcho rest;
    ServedPort served{{.rest = &rest}};
    TcpClient busy{served.port()};
    busy.send(served.post(call_text("demo_wait", 1), modern_fields("demo_wait")));
    ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));
    TcpClient idle{served.port()};
    idle.send(served.get("/health"));
    EXPECT_EQ(take_answer(idle).status, 200);
    TcpClient just_connected{served.port()};

    bool clean = false;
    std::thread draining{[&] { clean = served.server().drain(4s); }};
    EXPECT_TRUE(idle.is_closed());
    const auto refused = [&](TcpClient& client, const std::string& request) {
        client.send(request);
        const auto answer = take_answer(client);
        EXPECT_EQ(answer.status, 503) << request;
        EXPECT_TRUE(answer.fields.contains("Retry-After")) << request;
        EXPECT_EQ(answer.fields.at("Connection"), "close") << request;
        EXPECT_TRUE(client.is_closed()) << request;
    };
    refused(just_connected, served.post(echo(2), modern_fields("demo_echo")));
    for (const auto& request : {served.post(echo(2), modern_fields("demo_echo")), served.upgrade(),
                                served.get("/readyz"), served.get("/page")}) {
        TcpClient late{served.port()};
        refused(late, request);
    }
    TcpClient probe{served.port()};
    probe.send(served.get("/livez"));
    EXPECT_EQ(take_answer(probe).status, 200);

    // Who only comes to be refused, or says nothing, isn't waited for.
    TcpClient silent{served.port()};
    served.witness->release = true;
    EXPECT_THAT(take_answer(busy).body, HasSubstr("released"));
    busy.finish_sending();
    draining.join();
    EXPECT_TRUE(clean);
    TcpClient last{served.port()};
    refused(last, served.get("/health"));
    served.server().stop();
    EXPECT_THROW(TcpClient{served.port()}, std::system_error);
}

TEST(HttpServer, EndsTheStreamOfASessionWhenItDrains) {
    ServedPort served;
    TcpClient listener{served.port()};
    listen(served, listener);

    std::thread draining{[&] { EXPECT_TRUE(served.server().drain(4s)); }};
    auto chunk = take_chunk(listener);
    while (!chunk.empty()) chunk = take_chunk(listener);
    EXPECT_TRUE(listener.is_closed());
    listener.finish_sending();
    draining.join();
}

TEST(HttpServer, KeepsASilentEventStreamAlive) {
    auto limits = ServedPort::quick_limits();
    limits.comment_interval = 60ms;
    ServedPort served{{.limits = limits}};
    TcpClient listener{served.port()};
    listen(served, listener);
    EXPECT_EQ(take_chunk(listener), ":\n\n");
    EXPECT_EQ(take_chunk(listener), ":\n\n");
}

TEST(HttpServer, LeavesProgressOutForWhoeverDoesNotReadAndGivesUpInTheEnd) {
    auto limits = ServedPort::quick_limits();
    limits.write_time = 200ms;
    ServedPort served{{.limits = limits}};
    TcpClient client{served.port(), 4096};
    client.send(served.post(loud_call(), modern_fields("demo_wait")));
    EXPECT_TRUE(eventually([&] { return served.witness->stopped == 1; }));
}

TEST(HttpServer, CutsAnEventStreamAtItsHardLimit) {
    auto limits = ServedPort::quick_limits();
    limits.outbound_soft = 1 << 30;  // nothing is left out
    limits.outbound_hard = 64 * 1024;
    ServedPort served{{.limits = limits}};
    TcpClient client{served.port(), 4096};
    client.send(served.post(loud_call(), modern_fields("demo_wait")));
    EXPECT_TRUE(eventually([&] { return served.witness->stopped == 1; }));
}

TEST(HttpServer, SendsAnAnswerThatIsLongerThanWhatMayWait) {
    auto limits = ServedPort::quick_limits();
    limits.outbound_soft = 16 * 1024;
    limits.outbound_hard = 32 * 1024;
    ServedPort served{{.limits = limits}};
    TcpClient client{served.port()};
    const std::string text(200'000, 'x');
    std::string all;
    for (int i = 0; i < 3; ++i) {
        all += served.post(call_text("demo_echo", i, R"({"text":")" + text + "\"}"), modern_fields("demo_echo"));
    }
    client.send(all);
    for (int i = 0; i < 3; ++i) EXPECT_THAT(take_answer(client).body, HasSubstr(text));
}

TEST(HttpServer, CutsWhatDoesNotEnd) {
    ServedPort served;
    TcpClient busy{served.port()};
    busy.send(served.post(call_text("demo_wait", 1), modern_fields("demo_wait")));
    ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));

    EXPECT_FALSE(served.server().drain(50ms));
    served.server().stop();
    EXPECT_TRUE(busy.is_closed());
}

/// Answers with what it was asked, or with a file.
class Pages final : public BlockingHandler {
public:
    using BlockingHandler::BlockingHandler;

    HttpResponse handle(const HttpRequest& request) override {
        HttpResponse response;
        if (request.path == "/fails") throw std::runtime_error{"secret detail"};
        response.content_type = "text/plain";
        if (request.path != "/file") {
            response.body = request.method + " " + request.path + "?" + request.query + " " + request.host + " " +
                            std::string{request.field("x-test").value_or("-")} + " " + request.body;
            return response;
        }
        response.file = FileBody{FileHandle{::open(file.c_str(), O_RDONLY)}, offset, length};
        return response;
    }

    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct ServedPages {
    ServedPages() {
        if (const auto started = server.start(); !started) throw std::runtime_error{started.error().message};
    }

    async::BlockingPool pool{2};
    Pages pages{pool};
    HttpServer server{{.port = 0, .threads = 1, .limits = ServedPort::quick_limits()}, pages, pool};
};

TEST(HttpHandler, IsAskedWithTheWholeRequest) {
    ServedPages served;
    TcpClient client{served.server.port()};
    client.send(
        "POST /a%20b/..?q=%20 HTTP/1.1\r\nHost: x.localhost:8788\r\nX-TEST: yes\r\nContent-Length: 4\r\n\r\nbody"
        "GET /health HTTP/1.1\r\nHost: h\r\n\r\nGET /a%00 HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /fails HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(take_answer(client).body, "POST /a b/..?q=%20 x.localhost:8788 yes body");
    EXPECT_EQ(take_answer(client).body, "GET /health? h - ") << "this port is all the handler's";
    EXPECT_EQ(take_answer(client).status, 400);
    const auto failed = take_answer(client);
    EXPECT_EQ(failed.status, 500);
    EXPECT_THAT(failed.body, Not(HasSubstr("secret")));
}

TEST(HttpHandler, SendsPartsOfLargeFiles) {
    TemporaryFolder folder;
    ServedPages served;
    std::string content;
    while (content.size() < 3'000'000) content += std::to_string(content.size()) + " ";
    served.pages.file = (folder.path() / "file").string();
    std::ofstream{served.pages.file} << content;
    served.pages.offset = 5;
    served.pages.length = 2'900'000;
    TcpClient client{served.server.port(), 4096};
    const std::string request = "/file HTTP/1.1\r\nHost: h\r\n\r\n";

    client.send("GET " + request + "HEAD " + request + "GET " + request);

    EXPECT_TRUE(take_answer(client).body == content.substr(5, 2'900'000));
    const auto head = take_answer(client, false);
    EXPECT_EQ(head.fields.at("Content-Length"), "2900000");
    EXPECT_TRUE(take_answer(client).body == content.substr(5, 2'900'000));
}

/// Gives `pieces` of some size, one after the other; then ends as it is told to.
class Pieces final : public BodySource {
public:
    Pieces(int pieces, std::string end) : left_{pieces}, end_{std::move(end)} {}

    async::Task<Result<std::string>> next() override {
        if (left_ == 0 && end_ == "/fails") co_return fail(Errc::internal, "secret detail");
        if (left_ == 0 && end_ == "/throws") throw std::runtime_error{"secret detail"};
        if (left_ == 0) co_return std::string{};
        --left_;
        co_return std::string(100'000, 'x');
    }

private:
    int left_;
    const std::string end_;
};

/// Answers with a source: `/known` says its length, `/fails` and `/throws` break off.
class Sources final : public HttpHandler {
public:
    async::Task<HttpResponse> answer(HttpRequest request) override {
        HttpResponse response;
        response.source = std::make_shared<Pieces>(20, request.path);
        if (request.path == "/known") response.length = 2'000'000;
        co_return response;
    }
};

TEST(HttpHandler, SendsABodyThatIsMadeMeanwhile) {
    Sources sources;
    async::BlockingPool pool{1};
    HttpServer server{{.port = 0, .threads = 1, .limits = ServedPort::quick_limits()}, sources, pool};
    ASSERT_TRUE(server.start());
    TcpClient client{server.port(), 4096};
    client.send(
        "GET /known HTTP/1.1\r\nHost: h\r\n\r\nHEAD /known HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /unknown HTTP/1.1\r\nHost: h\r\n\r\nGET /fails HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string whole(2'000'000, 'x');
    const auto known = take_answer(client);
    EXPECT_EQ(known.fields.at("Content-Length"), "2000000");
    EXPECT_TRUE(known.body == whole);
    EXPECT_EQ(take_answer(client, false).fields.at("Content-Length"), "2000000");
    EXPECT_EQ(take_answer(client).fields.at("Transfer-Encoding"), "chunked");
    std::string joined;
    for (auto chunk = take_chunk(client); !chunk.empty(); chunk = take_chunk(client)) joined += chunk;
    EXPECT_TRUE(joined == whole);
    const auto broken = client.take_all();
    EXPECT_THAT(broken, HasSubstr("xxx"));
    EXPECT_THAT(broken, Not(testing::EndsWith("0\r\n\r\n"))) << "only a broken connection says that it isn't all";
    TcpClient other{server.port()};
    other.send("GET /throws HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(other.take_all(), Not(testing::EndsWith("0\r\n\r\n")));

    TcpClient old{server.port()};
    old.send("GET /unknown HTTP/1.0\r\n\r\n");
    const auto to_the_end = old.take_all();
    EXPECT_THAT(to_the_end, Not(HasSubstr("chunked")));
    EXPECT_TRUE(to_the_end.ends_with("\r\n\r\n" + whole));
}

TEST(HttpHandler, BreaksTheConnectionWhenAFileIsShorterThanPromised) {
    TemporaryFolder folder;
    ServedPages served;
    served.pages.file = (folder.path() / "file").string();
    std::ofstream{served.pages.file} << "short";
    served.pages.length = 100;
    TcpClient client{served.server.port()};
    client.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.take_all(), testing::EndsWith("\r\n\r\nshort"));
}

}  // namespace
}  // namespace flux::transport
