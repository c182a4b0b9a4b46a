#include <fmt/format.h>
#include <signal.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "admission/door.hpp"
#include "asking_tools.hpp"
#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "content_tools.hpp"
#include "library.hpp"
#include "mcp/server.hpp"
#include "moving_tools.hpp"
#include "task_tools.hpp"
#include "transport/http_server.hpp"
#include "transport/operator_pages.hpp"

namespace flux::everything {

namespace {

constexpr std::chrono::seconds drain_limit{10};

/// What the environment says, with the names and meanings that flux-mcp gives them.
struct Settings {
    std::uint16_t port = 8787;
    std::string host = "127.0.0.1";
    std::string token;
    int rate_limit = 30;
    unsigned threads = 0;  ///< 0: one for each processor
};

std::optional<std::string> variable(const char* name) {
    const auto* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional{std::string{value}};
}

std::optional<std::int64_t> number(const char* name, std::int64_t least, std::int64_t most) {
    const auto text = variable(name);
    if (!text) return {};
    const auto value = to_integer(*text);
    if (!value || *value < least || *value > most) {
        fmt::print(stderr, "{} has to be a number from {} to {}, not \"{}\".\n", name, least, most, *text);
        std::exit(2);
    }
    return value;
}

Settings read_settings() {
    Settings settings;
    if (const auto port = number("PORT", 0, 65535)) settings.port = static_cast<std::uint16_t>(*port);
    if (const auto limit = number("FLUX_RATE_LIMIT", 0, 1'000'000'000)) settings.rate_limit = static_cast<int>(*limit);
    if (const auto threads = number("FLUX_THREADS", 1, 256)) settings.threads = static_cast<unsigned>(*threads);
    settings.host = variable("FLUX_HOST").value_or(settings.host);
    settings.token = variable("MCP_AUTH_TOKEN").value_or("");
    return settings;
}

mcp::Catalog make_catalog() {
    mcp::Catalog catalog;
    add_content_tools(catalog);
    add_moving_tools(catalog);
    add_asking_tools(catalog);
    add_task_tools(catalog);
    add_resources(catalog);
    add_prompts(catalog);
    return catalog;
}

int failed(const Error& error) {
    fmt::print(stderr, "{}\n", error.message);
    return 2;
}

int serve() {
    // Before any thread is there, so that none of them gets the signals.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const auto settings = read_settings();
    auto tokens = admission::Tokens::parse(Secret{settings.token});
    if (!tokens) return failed(tokens.error());
    admission::DoorSettings door_settings;
    door_settings.tokens = *std::move(tokens);
    door_settings.bind_host = settings.host;
    door_settings.rate_limit.turns = settings.rate_limit;

    mcp::ServerOptions options;
    options.name = "everything";
    options.title = "One of everything";
    options.version = "1.0.0";
    options.progress_interval = std::chrono::milliseconds{20};
    mcp::Server server{std::move(options), make_catalog(), system_clock()};
    admission::Door door{std::move(door_settings), system_clock()};
    const transport::OperatorPages pages{"everything", "1.0.0"};
    async::BlockingPool pool{1};

    transport::HttpServerOptions http_options;
    http_options.host = settings.host;
    http_options.port = settings.port;
    http_options.threads = settings.threads;
    transport::HttpServer http{std::move(http_options), {server, door, pages}, pool};
    if (const auto started = http.start(); !started) return failed(started.error());
    fmt::print("everything listens at http://{}:{}/mcp\n", settings.host, http.port());
    std::fflush(stdout);

    int signal = 0;
    sigwait(&signals, &signal);
    server.drain();
    http.drain(drain_limit);
    http.stop();
    return 0;
}

}  // namespace

}  // namespace flux::everything

int main() { return flux::everything::serve(); }
