#pragma once

#include <atomic>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "admission/door.hpp"
#include "async/blocking_pool.hpp"
#include "async/timer.hpp"
#include "fakes/tcp_client.hpp"
#include "mcp/server.hpp"
#include "transport/http_server.hpp"

namespace flux::transport {

/// What the tools of a served port have seen, from any thread.
struct Witness {
    std::atomic<int> begun = 0;
    std::atomic<int> stopped = 0;
    std::atomic<bool> release = false;
};

inline async::Task<mcp::Outcome> wait_for_release(std::shared_ptr<Witness> witness, std::string says,
                                                  std::shared_ptr<mcp::Call> call) {
    ++witness->begun;
    struct Guard {
        std::shared_ptr<Witness> witness;
        bool finished = false;
        ~Guard() {
            if (!finished) ++witness->stopped;
        }
    } guard{witness};
    double done = 0;
    while (!witness->release) {
        call->progress(++done, std::nullopt, says);
        co_await async::sleep_for(std::chrono::milliseconds{5});
    }
    guard.finished = true;
    mcp::Outcome outcome;
    outcome.content.push_back(mcp::Content::text("released"));
    co_return outcome;
}

/// The real protocol with two tools: `demo.echo {text}` and `demo.wait {says}`, which waits for the witness
/// and meanwhile says so, if it is asked for progress.
struct ToolServer {
    explicit ToolServer(mcp::ServerOptions options = {})
        : server{mcp_options(std::move(options)), catalog(witness), system_clock()} {}

    static mcp::ServerOptions mcp_options(mcp::ServerOptions options) {
        options.title = "Test";
        options.version = "1.0.0";
        options.progress_interval = std::chrono::milliseconds{1};
        return options;
    }

    static mcp::Catalog catalog(std::shared_ptr<Witness> witness) {
        mcp::Catalog catalog;
        mcp::Tool echo;
        echo.name = "demo.echo";
        echo.description = "Says it again.";
        echo.input_schema = R"({"type":"object"})";
        echo.answer = [](json::Arguments arguments, mcp::Call&) {
            mcp::Outcome outcome;
            outcome.content.push_back(mcp::Content::text(arguments.text("text").value_or("nothing")));
            return outcome;
        };
        mcp::Tool wait;
        wait.name = "demo.wait";
        wait.description = "Waits.";
        wait.input_schema = R"({"type":"object"})";
        wait.run = [witness](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
            return wait_for_release(witness, arguments.text("says").value_or("still waiting"), std::move(call));
        };
        catalog.tools.push_back(std::move(echo));
        catalog.tools.push_back(std::move(wait));
        return catalog;
    }

    std::shared_ptr<Witness> witness = std::make_shared<Witness>();
    mcp::Server server;
};

/// A main port on loopback, with the tools and the real door behind it.
class ServedPort {
public:
    static constexpr const char* token = "correct-horse-battery-staple";

    struct Setup {
        bool with_token = false;
        int turns = 0;
        HttpLimits limits = quick_limits();
        HttpHandler* rest = nullptr;
        mcp::ServerOptions options = {};
    };

    static HttpLimits quick_limits() {
        HttpLimits limits;
        limits.tick = std::chrono::milliseconds{20};
        return limits;
    }

    ServedPort() : ServedPort{Setup{}} {}
    explicit ServedPort(Setup setup)
        : tools_{setup.options},
          door_{door_settings(setup), system_clock()},
          server_{
              {.port = 0, .threads = 1, .limits = setup.limits}, {tools_.server, door_, pages_, setup.rest}, pool_} {
        if (const auto started = server_.start(); !started) throw std::runtime_error{started.error().message};
    }

    std::uint16_t port() const { return server_.port(); }
    HttpServer& server() { return server_; }
    std::size_t sessions() const { return tools_.server.sessions(); }

    std::string host() const { return "Host: localhost:" + std::to_string(port()) + "\r\n"; }

    std::string post(std::string_view body, std::string_view fields = {}) const {
        std::string request = "POST /mcp HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                              "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
        request += fields;
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        request += body;
        return request;
    }

    std::string get(std::string_view path, std::string_view fields = {}) const {
        std::string request = "GET ";
        request += path;
        request += " HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) + "\r\n";
        request += fields;
        return request + "\r\n";
    }

    std::string upgrade(std::string_view fields = "Sec-WebSocket-Protocol: mcp\r\n",
                        std::string_view path = "/mcp") const {
        std::string all =
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        all += fields;
        return get(path, all);
    }

private:
    ToolServer tools_;

public:
    const std::shared_ptr<Witness> witness = tools_.witness;

private:
    static admission::DoorSettings door_settings(const Setup& setup) {
        admission::DoorSettings settings;
        if (setup.with_token) settings.tokens = *admission::Tokens::parse(Secret{token});
        settings.rate_limit.turns = setup.turns;
        settings.allowed_origins.push_back(*admission::Origin::parse("https://ui.example.com"));
        return settings;
    }

    async::BlockingPool pool_{2};
    admission::Door door_;
    OperatorPages pages_{"flux-mcp", "1.0.0"};
    HttpServer server_;
};

/// `tools/call` in the form of the modern era, which needs no handshake.
inline std::string call_text(std::string_view tool, int id, std::string_view arguments = "{}",
                             std::string_view more_meta = {}) {
    std::string text =
        R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")";
    text += tool;
    text += R"(","arguments":)";
    text += arguments;
    text += R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
            R"("io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},)"
            R"("io.modelcontextprotocol/clientCapabilities":{})";
    text += more_meta;
    text += "}}}";
    return text;
}

/// A call whose progress is more than a peer that doesn't read can have waiting for it.
inline std::string loud_call() {
    return call_text("demo_wait", 1, R"({"says":")" + std::string(20'000, 'x') + "\"}", R"(,"progressToken":"p")");
}

inline std::string modern_fields(std::string_view tool) {
    std::string fields = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ";
    fields += tool;
    return fields + "\r\n";
}

/// Waits until something is so, for five seconds.
inline bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

}  // namespace flux::transport
