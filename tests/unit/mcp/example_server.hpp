#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "async/timer.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/recording_outbox.hpp"
#include "fakes/turns.hpp"
#include "mcp/server.hpp"

namespace flux::mcp {

/// What the tools of the example have seen.
struct Seen {
    int stopped = 0;   ///< `demo.wait` calls that were cancelled
    int finished = 0;  ///< and those that came to their end
    std::shared_ptr<Call> last;
};

inline async::Task<Outcome> wait_for_release(std::shared_ptr<async::Timer> release, std::shared_ptr<Seen> seen,
                                             std::shared_ptr<Call> call) {
    seen->last = call;
    // The timer never expires: a test cancels it to let the tool go on, and the call's own cancellation ends it too.
    co_await release->async_wait(async::as_result);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        ++seen->stopped;
        throw std::runtime_error{"cancelled"};
    }
    ++seen->finished;
    Outcome outcome;
    outcome.content.push_back(Content::text("released"));
    co_return outcome;
}

inline async::Task<Outcome> fail_later() {
    throw std::runtime_error{"secret detail"};
    co_return Outcome{};
}

/// Four tools, a loop to run them on, and a clock.
struct ExampleServer {
    explicit ExampleServer(ServerOptions options = {}) : server{with_names(std::move(options)), catalog(), clock} {}
    ExampleServer(ServerOptions options, Catalog other)
        : server{with_names(std::move(options)), std::move(other), clock} {}

    static ServerOptions with_names(ServerOptions options) {
        options.title = "Example";
        options.version = "1.2.3";
        options.instructions = "Ask \"nicely\".";
        return options;
    }

    static Tool quick(std::string name, std::function<Outcome(json::Arguments, Call&)> answer) {
        Tool tool;
        tool.name = std::move(name);
        tool.title = "A tool";
        tool.description = "Does it.";
        tool.input_schema = "{\n  \"type\": \"object\"\n}";
        tool.annotations.read_only = true;
        tool.answer = std::move(answer);
        return tool;
    }

    static Tool slow(std::string name,
                     std::function<async::Task<Outcome>(json::Arguments, std::shared_ptr<Call>)> run) {
        auto tool = quick(std::move(name), {});
        tool.run = std::move(run);
        return tool;
    }

    /// A catalogue of one tool that does nothing.
    static Catalog quick_catalog() {
        Catalog catalog;
        catalog.tools.push_back(quick("demo.nothing", [](json::Arguments, Call&) { return Outcome{}; }));
        return catalog;
    }

    Catalog catalog() {
        Catalog catalog;
        auto echo = quick("demo.echo", [](json::Arguments arguments, Call& call) {
            call.progress(1, 2, "half");
            Outcome outcome;
            const auto text = arguments.text("text");
            outcome.is_error = !text;
            outcome.content.push_back(Content::text(text ? *text : text.error().message));
            outcome.structured = "{\n\"ok\": true\n}";
            return outcome;
        });
        echo.output_schema = R"({"type":"object"})";
        catalog.tools.push_back(std::move(echo));
        catalog.tools.push_back(slow("demo.wait", [this](json::Arguments, std::shared_ptr<Call> call) {
            return wait_for_release(release, seen, std::move(call));
        }));
        catalog.tools.push_back(
            quick("demo.break", [](json::Arguments, Call&) -> Outcome { throw std::runtime_error{"secret detail"}; }));
        catalog.tools.push_back(
            slow("demo.break_later", [](json::Arguments, std::shared_ptr<Call>) { return fail_later(); }));
        catalog.tools.push_back(quick("demo.rich", [](json::Arguments, Call&) {
            Outcome outcome;
            outcome.content.push_back(
                {Content::Kind::resource_link,
                 R"({"type":"resource_link","uri":"http://x/","name":"page","title":"The page"})"});
            outcome.content.push_back(
                {Content::Kind::audio, R"({"type":"audio","data":"AA==","mimeType":"audio/wav"})"});
            return outcome;
        }));
        return catalog;
    }

    async::Executor executor() { return context.get_executor(); }

    /// Runs what is ready, without waiting for timers.
    void run() {
        context.restart();
        context.poll();
    }

    void let_go() {
        release->cancel();
        run();
    }

    asio::io_context context{1};
    ManualClock clock;
    std::shared_ptr<Seen> seen = std::make_shared<Seen>();
    std::shared_ptr<async::Timer> release =
        std::make_shared<async::Timer>(context.get_executor(), async::Timer::time_point::max());
    Server server;
};

inline boost::json::value parsed(const std::string& text) {
    boost::system::error_code error;
    auto value = boost::json::parse(text, error);
    if (error) throw std::runtime_error{"no JSON: " + text};
    return value;
}

/// The code of an error message, or 0.
inline std::int64_t code_of(const std::string& text) {
    const auto value = parsed(text);
    const auto* error = value.as_object().if_contains("error");
    return error ? error->at("code").as_int64() : 0;
}

inline std::string modern_meta(const std::string& more = "") {
    return R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{})" +
           more + "}";
}

inline std::string request(const std::string& id, const std::string& method, const std::string& params = "") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + "\"" +
           (params.empty() ? "" : ",\"params\":{" + params + "}") + "}";
}

inline std::string initialize(const std::string& version) {
    return request(
        "0", "initialize",
        R"("protocolVersion":")" + version + R"(","capabilities":{},"clientInfo":{"name":"t","version":"0"})");
}

}  // namespace flux::mcp
