#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace flux {
namespace {

TEST(Clock, WritesTimesAsGitHubDoes) {
    using namespace std::chrono;
    const WallTime time = sys_days{year{2026} / 3 / 9} + 7h + 5min + 3s + microseconds{12345};

    EXPECT_EQ(rfc3339_seconds(time), "2026-03-09T07:05:03Z");
    EXPECT_EQ(log_stamp(time), "2026-03-09T07:05:03.0123450Z");
}

}  // namespace
}  // namespace flux
