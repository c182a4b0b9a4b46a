#include "base/clock.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace flux {
namespace {

TEST(Clock, WritesTimesAsGitHubDoes) {
    using std::chrono::sys_days;
    const WallTime time = sys_days{std::chrono::year{2026} / 3 / 9} + 7h + 5min + 3s + 12345us;

    EXPECT_EQ(rfc3339_seconds(time), "2026-03-09T07:05:03Z");
    EXPECT_EQ(log_stamp(time), "2026-03-09T07:05:03.0123450Z");
}

}  // namespace
}  // namespace flux
