#pragma once

#include <chrono>
#include <string>

namespace flux {

/// Wall time, as runs, logs and expiry use it. Microseconds, UTC.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Monotonic time, as limits and deadlines use it.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where time comes from. Thread-safe. `system_clock()` is the real one; tests bring a ManualClock.
class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall_now() const = 0;
    virtual SteadyTime steady_now() const = 0;
};

/// The machine's clocks.
const Clock& system_clock();

/// `2026-11-24T19:52:31Z`: RFC 3339 in whole seconds, as GitHub's API writes times.
std::string rfc3339_seconds(WallTime time);

/// `2026-11-24T19:52:31.0123456Z`: seven digits of fraction, as GitHub's log lines begin.
std::string log_stamp(WallTime time);

}  // namespace flux
