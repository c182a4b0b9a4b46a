#include "app/serve.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "admission/door.hpp"
#include "admission/page_door.hpp"
#include "app/engine.hpp"
#include "app/github_hooks.hpp"
#include "app/greeting.hpp"
#include "app/readiness.hpp"
#include "app/version.hpp"
#include "async/task_group.hpp"
#include "base/clock.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "page/baked_files.hpp"
#include "page/page.hpp"
#include "transport/http_server.hpp"
#include "transport/local_socket.hpp"
#include "transport/operator_pages.hpp"

namespace flux::app {

namespace {

using std::chrono::steady_clock;
using Signals = asio::basic_signal_set<async::Executor>;

constexpr std::chrono::seconds drain_limit{25};
/// Runs are stopped first, because what waits for them is then answered.
constexpr std::chrono::seconds runs_limit{15};

admission::DoorSettings door_settings(const Settings& settings) {
    admission::DoorSettings result;
    result.tokens = settings.tokens;
    result.bind_host = settings.host;
    result.public_origin = settings.public_origin;
    result.allowed_origins = settings.allowed_origins;
    result.trusted_proxies = settings.trusted_proxies;
    result.query_tokens = settings.query_tokens;
    result.rate_limit.turns = settings.rate_limit;
    result.https_only = settings.production;
    return result;
}

transport::HttpServerOptions main_port_options(const Settings& settings) {
    transport::HttpServerOptions options;
    options.host = settings.host;
    options.port = settings.port;
    return options;
}

Result<admission::Visitor> operator_at_terminal(transport::LocalRole) { return admission::local_operator(); }

void log_failure(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const boost::system::system_error& error) {
        // How a task ends that was asked to.
        if (error.code() == asio::error::operation_aborted) return;
        observe::log::error("a task of the server failed", {{"error", error.what()}});
    } catch (const std::exception& error) {
        observe::log::error("a task of the server failed", {{"error", error.what()}});
    }
}

void add_metrics(observe::Metrics& metrics, const transport::HttpServer& http) {
    metrics.gauge("fluxmcp_build_info", "The version that runs; always 1.", {{"version", std::string{version()}}},
                  [] { return 1.0; });
    metrics.gauge("fluxmcp_connections", "Open connections to the main port.", {},
                  [&http] { return static_cast<double>(http.connections()); });
}

/// The parts that only `serve` has, over an engine.
struct Serving {
    Engine& engine;
    transport::HttpServer& http;
    transport::LocalSocket& socket;
    Signals& signals;
};

async::Task<> drain(Serving parts) {
    const auto end = steady_clock::now() + drain_limit;
    parts.engine.server().drain();
    std::jthread stopping_runs{[&engine = parts.engine] { engine.stop_runs(steady_clock::now() + runs_limit); }};

    async::BlockingPool waiting{1, 1};
    auto http_drain = [&http = parts.http] { return http.drain(drain_limit); };
    auto draining = waiting.run(std::move(http_drain));
    const bool clean = co_await std::move(draining);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
    co_await parts.socket.drain(std::max(left, std::chrono::milliseconds{100}));
    // Until the runs have stopped as well, whoever comes is told to come back.
    auto rest = [&stopping_runs, &http = parts.http] {
        stopping_runs.join();
        http.stop();
        return true;
    };
    auto stopping = waiting.run(std::move(rest));
    co_await std::move(stopping);
    observe::log::info("stopped", {{"clean", clean}});
}

async::Task<> serve_until_signal(Serving parts, async::TaskGroup& tasks) {
    const auto [error, number] = co_await parts.signals.async_wait(async::as_result);
    if (error) co_return;
    observe::log::info("draining", {{"signal", number}});
    // The person who presses Ctrl-C twice means it. What runs is settled by the next owner of the state folder.
    parts.signals.async_wait([](const boost::system::error_code& cancelled, int) {
        if (!cancelled) ::_exit(130);
    });
    co_await drain(parts);
    parts.signals.cancel();
    tasks.cancel();
}

}  // namespace

Result<void> serve(const Settings& settings, bool quiet) {
    auto engine = Engine::start(settings, "flux-mcp serve");
    if (!engine) return fail(std::move(engine.error()));

    admission::Door door{door_settings(settings), system_clock()};
    admission::PageSettings page_settings;
    page_settings.rate_limit.turns = settings.page_rate_limit;
    page_settings.whole_time = settings.page_session_time;
    admission::PageDoor page_door{door, page_settings, system_clock()};
    page::Page page{{page_door, (*engine)->provider(), (*engine)->pool(), page::baked_files(), std::string{version()}}};
    Readiness readiness{(*engine)->provider(), system_clock()};
    const transport::OperatorPages pages{
        "flux-mcp", std::string{version()}, [&readiness] { return readiness.connectors(); },
        [&readiness] { return readiness.ask_now(); }, [&metrics = (*engine)->metrics()] { return metrics.text(); }};
    std::optional<GithubHooks> hooks;
    if (auto* github = (*engine)->github()) {
        hooks.emplace(*github, settings.github.webhook_secret, (*engine)->pool(), page);
    }
    transport::HttpHandler& rest = hooks ? static_cast<transport::HttpHandler&>(*hooks) : page;
    transport::HttpServer http{
        main_port_options(settings), {(*engine)->server(), door, pages, &rest, &page_door}, (*engine)->pool()};
    add_metrics((*engine)->metrics(), http);
    if (auto started = http.start(); !started) return fail(std::move(started.error()));

    asio::io_context context{1};
    Signals signals{context.get_executor(), SIGINT, SIGTERM};
    transport::LocalSocket socket{context.get_executor(), local_socket_path(settings), (*engine)->server(),
                                  operator_at_terminal};
    if (auto started = socket.start(); !started) return fail(std::move(started.error()));

    async::TaskGroup tasks{context.get_executor(), log_failure};
    tasks.start(readiness.keep_asking());
    tasks.start(serve_until_signal(Serving{**engine, http, socket, signals}, tasks));
    if (settings.production) {
        observe::log::info("serving", {{"endpoint", base_url(settings) + "/mcp"},
                                       {"repository", source_name(settings)},
                                       {"sandbox", (*engine)->sandbox_level()}});
        if ((*engine)->github() != nullptr) {
            observe::log::info(
                "keys of idempotent calls and downloaded logs are kept in the state folder: where the disk "
                "does not last, as on application platforms, they end with this instance",
                {{"folder", settings.state_directory.string()}});
        }
        if (!admission::is_loopback_host(settings.host) && settings.trusted_proxies.empty()) {
            observe::log::warning(
                "only this machine will get an answer: production takes requests over https only, "
                "and no proxy is named in FLUX_TRUSTED_PROXIES",
                {{"host", settings.host}});
        }
    } else if (!quiet) {
        const auto link = door.asks_for_token() ? page_door.make_link("local").code : Secret{};
        const auto text = greeting(settings, (*engine)->sandbox_level(), (*engine)->sandbox_detail(), link.reveal());
        std::fputs(text.c_str(), stderr);
    }
    context.run();
    return {};
}

}  // namespace flux::app
