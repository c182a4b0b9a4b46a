#include "transport/http_server.hpp"

#include <sched.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "async/timer.hpp"
#include "mcp/server.hpp"
#include "observe/log.hpp"
#include "transport/connection_counts.hpp"
#include "transport/http_site.hpp"
#include "transport/listener.hpp"
#include "transport/loop.hpp"

namespace flux::transport {

namespace {

/// How often a drain looks whether everyone has gone.
constexpr std::chrono::milliseconds drain_step{10};
/// For the loops to end by themselves after everything was cut: work in the blocking pool is finished, not broken off.
constexpr std::chrono::seconds stop_limit{10};

/// Those that this process may use: a container or an operator may have given it fewer than the machine has, and loops
/// that share one hold each other up for whole time slices.
unsigned usable_processors() {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (::sched_getaffinity(0, sizeof usable, &usable) == 0) return static_cast<unsigned>(CPU_COUNT(&usable));
    return std::max(1U, std::thread::hardware_concurrency());
}

/// Sessions that nobody uses any more go by themselves.
async::Task<> end_idle_sessions(mcp::Server& server, std::chrono::milliseconds interval) {
    for (;;) {
        auto pause = async::sleep_for(interval);
        co_await std::move(pause);
        server.end_idle_sessions();
    }
}

/// An io_context, its thread and what lives on it.
struct Worker {
    explicit Worker(const HttpLimits& limits) : loop{context.get_executor(), limits} {}

    asio::io_context context{1};
    Loop loop;
    std::optional<Acceptor> acceptor;
    std::optional<asio::executor_work_guard<async::Executor>> work{context.get_executor()};
    std::thread thread;
    std::promise<void> ended;
    std::future<void> has_ended = ended.get_future();

    void run() {
        for (;;) {
            try {
                context.run();
                break;
            } catch (const std::exception& error) {
                observe::log::error("a handler failed", {{"error", error.what()}});
            }
        }
        ended.set_value();
    }

    /// Runs `task` on the loop's thread and waits for it.
    template <class Task>
    auto ask(Task task) {
        std::packaged_task<decltype(task())()> packaged{std::move(task)};
        auto answer = packaged.get_future();
        asio::post(context, std::move(packaged));
        return answer.get();
    }
};

}  // namespace

struct HttpServer::Parts {
    explicit Parts(HttpServerOptions given) : options{std::move(given)}, counts{options.limits} {}

    HttpServerOptions options;
    HttpSite site;
    ConnectionCounts counts;
    std::vector<std::unique_ptr<Worker>> workers;
    bool running = false;

    void stop_accepting() {
        for (const auto& worker : workers) {
            worker->ask([&worker] {
                boost::system::error_code ignored;
                worker->acceptor->close(ignored);
            });
        }
    }

    bool drained() {
        return std::all_of(workers.begin(), workers.end(), [](const auto& worker) {
            return worker->ask([&worker] { return worker->loop.drained(); });
        });
    }
};

HttpServer::HttpServer(HttpServerOptions options, McpSite site, async::BlockingPool& pool)
    : parts_{std::make_unique<Parts>(std::move(options))} {
    parts_->site.mcp = &site.server;
    parts_->site.door = &site.door;
    parts_->site.pages = &site.pages;
    parts_->site.rest = site.rest;
    parts_->site.page_door = site.page_door;
    parts_->site.pool = &pool;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler& handler, async::BlockingPool& pool)
    : parts_{std::make_unique<Parts>(std::move(options))} {
    parts_->site.rest = &handler;
    parts_->site.pool = &pool;
}

HttpServer::~HttpServer() { stop(); }

Result<void> HttpServer::start() {
    auto& parts = *parts_;
    auto wanted = endpoint_of(parts.options.host, parts.options.port);
    if (!wanted) return fail(std::move(wanted.error()));
    auto endpoint = claim(*wanted, parts.options.port_setting);
    if (!endpoint) return fail(std::move(endpoint.error()));

    const auto threads = parts.options.threads > 0 ? parts.options.threads : usable_processors();
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < threads; ++i) {
        auto worker = std::make_unique<Worker>(parts.options.limits);
        auto acceptor = listen_on(worker->context.get_executor(), *endpoint);
        if (!acceptor) return fail(std::move(acceptor.error()));
        worker->acceptor.emplace(std::move(*acceptor));
        workers.push_back(std::move(worker));
    }
    parts.site.port = endpoint->port();
    parts.workers = std::move(workers);
    for (const auto& worker : parts.workers) {
        worker->loop.start();
        auto task = accept_all(*worker->acceptor, worker->loop, parts.site, parts.counts);
        worker->loop.tasks().start(std::move(task));
        worker->thread = std::thread{[&worker = *worker] { worker.run(); }};
    }
    if (parts.site.mcp != nullptr) {
        auto& first = *parts.workers.front();
        first.ask([&] {
            auto task = end_idle_sessions(*parts.site.mcp, parts.options.limits.session_check);
            first.loop.tasks().start(std::move(task));
        });
    }
    parts.running = true;
    return {};
}

std::size_t HttpServer::connections() const { return parts_->counts.taken(); }

std::uint16_t HttpServer::port() const { return parts_->site.port; }

bool HttpServer::drain(std::chrono::milliseconds limit) {
    auto& parts = *parts_;
    if (!parts.running) return true;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    parts.site.draining = true;
    for (const auto& worker : parts.workers) {
        worker->ask([&worker] { worker->loop.drain(); });
    }
    bool done = parts.drained();
    while (!done && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(drain_step);
        done = parts.drained();
    }
    return done;
}

void HttpServer::stop() {
    auto& parts = *parts_;
    if (!std::exchange(parts.running, false)) return;
    parts.site.draining = true;
    parts.stop_accepting();
    for (const auto& worker : parts.workers) {
        worker->ask([&worker] { worker->loop.cut(); });
        worker->work.reset();
    }
    const auto deadline = std::chrono::steady_clock::now() + stop_limit;
    bool left_behind = false;
    for (const auto& worker : parts.workers) {
        if (worker->has_ended.wait_until(deadline) != std::future_status::ready) {
            left_behind = true;
            worker->context.stop();
        }
        worker->thread.join();
    }
    if (left_behind) {
        // Something will still post to these loops when it is done. Their memory has to stay.
        observe::log::error("work did not end when the server stopped");
        for (auto& worker : parts.workers) static_cast<void>(worker.release());
    }
    parts.workers.clear();
}

}  // namespace flux::transport
