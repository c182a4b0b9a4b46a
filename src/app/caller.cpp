#include "app/caller.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <deque>
#include <utility>

#include "admission/door.hpp"
#include "app/engine.hpp"
#include "app/version.hpp"
#include "async/changes.hpp"
#include "mcp/outbox.hpp"
#include "transport/local_socket.hpp"

namespace flux::app {

namespace {

constexpr std::chrono::seconds runs_limit{10};

class AttachedCaller final : public Caller {
public:
    explicit AttachedCaller(transport::LocalLink link) : link_{std::move(link)} {}
    bool owns_the_engine() const override { return false; }

private:
    async::Task<Result<void>> send(std::string message) override { return link_.send(std::move(message)); }
    async::Task<Result<std::string>> receive() override { return link_.receive(); }

    transport::LocalLink link_;
};

/// What the server says to a caller in the same process, until it is read.
class Inbox final : public mcp::Outbox {
public:
    void send(std::string_view message) override { add(message); }
    void respond(std::string_view message, const mcp::Delivery&) override { add(message); }

    async::Task<Result<std::string>> next() {
        while (messages_.empty()) {
            const auto seen = arrived_.version();
            co_await arrived_.wait_beyond(seen, std::chrono::steady_clock::now() + std::chrono::minutes{1});
        }
        auto message = std::move(messages_.front());
        messages_.pop_front();
        co_return message;
    }

private:
    void add(std::string_view message) {
        messages_.emplace_back(message);
        arrived_.bump();
    }

    std::deque<std::string> messages_;
    async::Changes arrived_;
};

class EngineCaller final : public Caller {
public:
    EngineCaller(std::unique_ptr<Engine> engine, const Settings& settings, async::Executor executor)
        : engine_{std::move(engine)},
          socket_{executor, local_socket_path(settings), engine_->server(),
                  [](transport::LocalRole) -> Result<admission::Visitor> { return admission::local_operator(); }},
          inbox_{std::make_shared<Inbox>()} {
        mcp::StreamFacts facts;
        facts.visitor = admission::local_operator();
        stream_ = engine_->server().open(std::move(facts), executor, inbox_);
    }
    ~EngineCaller() override {
        stream_->close();
        engine_->stop_runs(std::chrono::steady_clock::now() + runs_limit);
    }
    bool owns_the_engine() const override { return true; }
    Result<void> start() { return socket_.start(); }

private:
    async::Task<Result<void>> send(std::string message) override {
        stream_->receive(message);
        co_return Result<void>{};
    }
    async::Task<Result<std::string>> receive() override { return inbox_->next(); }

    std::unique_ptr<Engine> engine_;
    transport::LocalSocket socket_;
    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<mcp::Stream> stream_;
};

ToolAnswer answer_from(boost::json::object& result) {
    ToolAnswer answer;
    if (const auto* is_error = result.if_contains("isError"))
        answer.is_error = is_error->is_bool() && is_error->as_bool();
    if (const auto* content = result.if_contains("content"); content != nullptr && content->is_array()) {
        for (const auto& block : content->as_array()) {
            const auto* text = block.is_object() ? block.as_object().if_contains("text") : nullptr;
            if (text != nullptr && text->is_string()) answer.text += std::string_view{text->as_string()};
        }
    }
    if (auto* structured = result.if_contains("structuredContent"); structured != nullptr && structured->is_object()) {
        answer.structured = std::move(structured->as_object());
    }
    return answer;
}

Error error_from(const boost::json::value& error) {
    const auto* message = error.is_object() ? error.as_object().if_contains("message") : nullptr;
    return {Errc::unavailable,
            message != nullptr && message->is_string() ? std::string{message->as_string()} : "The server refused."};
}

}  // namespace

async::Task<Result<std::unique_ptr<Caller>>> Caller::open(SettingsRead read, std::string owner) {
    const auto executor = co_await asio::this_coro::executor;
    std::unique_ptr<Caller> caller;
    auto link = co_await transport::attach(local_socket_path(read.settings), transport::LocalRole::terminal);
    if (link) {
        caller = std::make_unique<AttachedCaller>(*std::move(link));
    } else if (link.error().code != Errc::not_found) {
        co_return fail(std::move(link.error()));
    } else {
        if (!read.mistakes.empty()) co_return fail(Errc::invalid_argument, to_text(read.mistakes));
        auto engine = Engine::start(read.settings, owner);
        if (!engine) co_return fail(std::move(engine.error()));
        auto here = std::make_unique<EngineCaller>(*std::move(engine), read.settings, executor);
        if (auto started = here->start(); !started) co_return fail(std::move(started.error()));
        caller = std::move(here);
    }
    auto greeted = co_await caller->greet();
    if (!greeted) co_return fail(std::move(greeted.error()));
    co_return caller;
}

async::Task<Result<void>> Caller::greet() {
    boost::json::object client;
    client["name"] = "flux-mcp-terminal";
    client["version"] = version();
    boost::json::object params;
    params["protocolVersion"] = "2025-11-25";
    params["capabilities"] = boost::json::object{};
    params["clientInfo"] = std::move(client);
    auto result = co_await request("initialize", std::move(params));
    if (!result) co_return fail(std::move(result.error()));
    co_return co_await send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
}

async::Task<Result<boost::json::object>> Caller::request(std::string method, boost::json::object params) {
    const auto id = ++last_id_;
    boost::json::object message;
    message["jsonrpc"] = "2.0";
    message["id"] = id;
    message["method"] = method;
    message["params"] = std::move(params);
    auto sent = co_await send(boost::json::serialize(message));
    if (!sent) co_return fail(std::move(sent.error()));

    while (true) {
        auto text = co_await receive();
        if (!text) co_return fail(std::move(text.error()));
        boost::system::error_code wrong;
        auto parsed = boost::json::parse(*text, wrong);
        if (wrong || !parsed.is_object()) co_return fail(Errc::unavailable, "The server's answer is not JSON.");
        auto& reply = parsed.as_object();
        const auto* of = reply.if_contains("id");
        if (of == nullptr || !of->is_int64() || of->as_int64() != id || reply.contains("method")) continue;
        if (const auto* error = reply.if_contains("error")) co_return fail(error_from(*error));
        auto* result = reply.if_contains("result");
        if (result == nullptr || !result->is_object()) {
            co_return fail(Errc::unavailable, "The server's answer holds no result.");
        }
        co_return std::move(result->as_object());
    }
}

async::Task<Result<ToolAnswer>> Caller::call(std::string tool, boost::json::object arguments) {
    boost::json::object params;
    params["name"] = tool;
    params["arguments"] = std::move(arguments);
    auto result = co_await request("tools/call", std::move(params));
    if (!result) co_return fail(std::move(result.error()));
    co_return answer_from(*result);
}

}  // namespace flux::app
