#include "base/clock.hpp"

#include <fmt/format.h>

namespace flux {

namespace {

class SystemClock final : public Clock {
public:
    WallTime wall_now() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

std::string date_and_seconds(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string rfc3339_seconds(WallTime time) { return date_and_seconds(time) + 'Z'; }

std::string log_stamp(WallTime time) {
    const auto fraction = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
    return fmt::format("{}.{:06}0Z", date_and_seconds(time), fraction);
}

}  // namespace flux
