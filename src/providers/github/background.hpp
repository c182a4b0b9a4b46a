#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

#include "async/task.hpp"
#include "async/task_group.hpp"

namespace flux::providers::github {

/// One thread for what goes on without a caller: requests that several wait for, the watches over runs, downloads.
/// Nothing on it blocks.
class Background {
public:
    Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    ~Background();

    /// Starts `task` there; from any thread. After stop() it is dropped.
    void start(async::Task<> task);

    /// Cancels every task, waits until they have ended, and ends the thread. Blocks; idempotent.
    void stop();

private:
    std::atomic<bool> stopped_ = false;
    asio::io_context context_{1};
    std::optional<async::TaskGroup> tasks_;
    std::optional<asio::executor_work_guard<async::Executor>> open_;
    std::thread thread_;
};

}  // namespace flux::providers::github
