#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace flux {

/// Time that moves only when a test says so.
class ManualClock final : public Clock {
public:
    WallTime wall_now() const override { return wall_; }
    SteadyTime steady_now() const override { return steady_; }

    void advance(std::chrono::microseconds by) {
        wall_ += by;
        steady_ += by;
    }

private:
    WallTime wall_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}};
    SteadyTime steady_{std::chrono::hours{1000}};
};

}  // namespace flux
