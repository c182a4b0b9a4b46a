#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

#include "async/task.hpp"

namespace flux::async {

using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Ends after `time`, or with an exception when its task is cancelled.
Task<> sleep_for(std::chrono::nanoseconds time);

}  // namespace flux::async
