#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "async/task.hpp"

namespace flux::async {

/// Threads for what blocks (disk, git, SQLite, waitpid) and for work over a millisecond, so that no loop thread ever
/// waits. Thread-safe.
///
/// The queue holds at most `queue_limit` pieces of work; `run` refuses more by throwing std::system_error with
/// `resource_unavailable_try_again`, which the tool's net turns into "busy, try again".
class BlockingPool {
public:
    explicit BlockingPool(std::size_t threads, std::size_t queue_limit = 1024);
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;
    /// Finishes what is queued, then joins.
    ~BlockingPool();

    /// Runs `work` on one of the threads and resumes the caller on its own executor with what it returned or threw.
    /// Work that was begun is finished even when its waiter is cancelled: `work` owns what it captures, and is
    /// destroyed on that thread, before the caller goes on.
    template <class Work>
    Task<std::invoke_result_t<Work>> run(Work work);

    /// Queues `job` without a waiter.
    void post(std::function<void()> job);

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable queued_;
    std::deque<std::function<void()>> queue_;
    const std::size_t queue_limit_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

/// What belongs to one `run`. Shared, because handlers are move-only and std::function wants copies; but it has one
/// owner at a time, who hands it on. So the pool's thread lets go of nothing of the caller's once the caller may go on:
/// the work is gone before, and what it threw goes along.
template <class Handler, class Work>
struct PoolWork {
    PoolWork(Handler to, Work job) : handler{std::move(to)}, work{std::move(job)} {}

    Handler handler;
    std::optional<Work> work;
    std::exception_ptr thrown = nullptr;
    std::optional<std::invoke_result_t<Work>> value = {};
};

template <class Work>
Task<std::invoke_result_t<Work>> BlockingPool::run(Work work) {
    using Value = std::invoke_result_t<Work>;
    const auto executor = co_await asio::this_coro::executor;

    auto initiate = [this, executor](auto handler, Work job) {
        auto begun = std::make_shared<PoolWork<decltype(handler), Work>>(std::move(handler), std::move(job));
        // The guard is let go of last, on the pool's thread: the executor has to be there until it was posted to.
        post([begun = std::move(begun), keep_alive = asio::executor_work_guard<Executor>{executor}]() mutable {
            try {
                begun->value.emplace((*begun->work)());
            } catch (...) {
                begun->thrown = std::current_exception();
            }
            begun->work.reset();
            asio::post(keep_alive.get_executor(), [begun = std::move(begun)] {
                std::move(begun->handler)(std::move(begun->thrown), std::move(begun->value));
            });
        });
    };
    auto waiting =
        asio::async_initiate<const asio::use_awaitable_t<Executor>, void(std::exception_ptr, std::optional<Value>)>(
            std::move(initiate), awaiting, std::move(work));
    auto value = co_await std::move(waiting);
    co_return std::move(*value);
}

}  // namespace flux::async
