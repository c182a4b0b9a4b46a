#include "app/stdio.hpp"

#include <unistd.h>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "admission/door.hpp"
#include "app/engine.hpp"
#include "async/task_group.hpp"
#include "observe/log.hpp"
#include "transport/local_socket.hpp"
#include "transport/stdio_connection.hpp"

namespace flux::app {

namespace {

using Signals = asio::basic_signal_set<async::Executor>;

constexpr std::chrono::seconds runs_limit{10};

/// How a stdio process ended, told across its tasks.
struct Outcome {
    bool nobody_serves = false;
    Result<void> relayed;
    std::exception_ptr thrown;
};

async::Task<> relay_to(std::filesystem::path socket, std::shared_ptr<Outcome> outcome) {
    auto link = co_await transport::attach(std::move(socket), transport::LocalRole::stdio);
    if (!link) {
        outcome->nobody_serves = link.error().code == Errc::not_found;
        if (!outcome->nobody_serves) outcome->relayed = fail(std::move(link.error()));
        co_return;
    }
    outcome->relayed = co_await transport::relay(*std::move(link), STDIN_FILENO, STDOUT_FILENO);
}

async::Task<> serve_here(mcp::Server& server, transport::LocalSocket& socket) {
    transport::StdioOptions options;
    auto serving = transport::serve_stdio(server, admission::local_operator(), options);
    co_await std::move(serving);
    co_await socket.drain(std::chrono::seconds{1});
}

/// Runs `task` to its end, or until a signal: then `stop` is called, and the task cancelled.
template <class Start, class Stop>
void run_until_signal(asio::io_context& context, Outcome& outcome, const Start& start, const Stop& stop) {
    Signals signals{context.get_executor(), SIGINT, SIGTERM};
    async::TaskGroup tasks{context.get_executor(), [&outcome](std::exception_ptr thrown) { outcome.thrown = thrown; }};
    signals.async_wait([&tasks, &stop](const boost::system::error_code& cancelled, int) {
        if (cancelled) return;
        stop();
        tasks.cancel();
    });
    tasks.start(start(), [&signals] { signals.cancel(); });
    context.run();
}

Result<void> run_engine(const Settings& settings) {
    auto engine = Engine::start(settings, "flux-mcp stdio");
    if (!engine) return fail(std::move(engine.error()));

    asio::io_context context{1};
    const auto visitor = [](transport::LocalRole) -> Result<admission::Visitor> { return admission::local_operator(); };
    transport::LocalSocket socket{context.get_executor(), local_socket_path(settings), (*engine)->server(), visitor};
    if (auto started = socket.start(); !started) return fail(std::move(started.error()));

    Outcome outcome;
    std::jthread stopping_runs;
    const auto stop_runs = [&engine] { (*engine)->stop_runs(std::chrono::steady_clock::now() + runs_limit); };
    const auto stop = [&] {
        (*engine)->server().drain();
        // At once, because what waits for them is then answered.
        stopping_runs = std::jthread{stop_runs};
    };
    run_until_signal(context, outcome, [&] { return serve_here((*engine)->server(), socket); }, stop);
    if (stopping_runs.joinable()) {
        stopping_runs.join();
    } else {
        stop_runs();
    }
    return {};
}

}  // namespace

Result<void> serve_on_stdio(const SettingsRead& read) {
    {
        asio::io_context context{1};
        const auto outcome = std::make_shared<Outcome>();
        run_until_signal(context, *outcome, [&] { return relay_to(local_socket_path(read.settings), outcome); }, [] {});
        if (!outcome->nobody_serves) return outcome->relayed;
    }
    if (!read.mistakes.empty()) return fail(Errc::invalid_argument, to_text(read.mistakes));
    return run_engine(read.settings);
}

}  // namespace flux::app
