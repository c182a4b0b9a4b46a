#include "providers/github/pacing.hpp"

#include <gtest/gtest.h>

#include "fakes/manual_clock.hpp"
#include "providers/github/api_date.hpp"

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;

net::HttpReply reply(int status, net::HttpFields fields, std::string body = {}) {
    return {.status = status, .fields = std::move(fields), .body = std::move(body)};
}

TEST(SaysTooOften, TellsALimitFromAMissingPermission) {
    EXPECT_TRUE(says_too_often(reply(429, {})));
    EXPECT_TRUE(says_too_often(reply(403, {{"retry-after", "5"}})));
    EXPECT_TRUE(says_too_often(reply(403, {{"x-ratelimit-remaining", "0"}})));
    EXPECT_TRUE(says_too_often(reply(403, {}, R"({"message":"You have exceeded a secondary rate limit."})")));
    EXPECT_FALSE(
        says_too_often(reply(403, {{"x-ratelimit-remaining", "10"}}, R"({"message":"Resource not accessible"})")));
    EXPECT_FALSE(says_too_often(reply(200, {{"x-ratelimit-remaining", "0"}})));
}

struct Pace : testing::Test {
    ManualClock clock;
    Pacing pacing{clock};
};

TEST_F(Pace, LetsNothingGoBeforeRetryAfter) {
    pacing.heed(reply(403, {{"retry-after", "30"}}));

    const auto refused = pacing.take(false, 8s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::rate_limited);
    EXPECT_EQ(refused.error().reason, "upstream_secondary");
    EXPECT_EQ(refused.error().retry_after, 30s);

    clock.advance(25s);
    EXPECT_EQ(pacing.take(false, 8s), 5s);
    clock.advance(5s);
    EXPECT_EQ(pacing.take(false, 8s), 0s);
}

TEST_F(Pace, WaitsForTheResetByGitHubsClock) {
    const auto github = http_date("Thu, 26 Nov 2026 13:00:00 GMT");
    ASSERT_TRUE(github);
    const auto reset = std::chrono::floor<std::chrono::seconds>(*github + 90s).time_since_epoch().count();

    pacing.heed(reply(403, {{"x-ratelimit-remaining", "0"},
                            {"x-ratelimit-limit", "5000"},
                            {"x-ratelimit-reset", std::to_string(reset)},
                            {"date", "Thu, 26 Nov 2026 13:00:00 GMT"}}));

    const auto refused = pacing.take(false, 8s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "upstream_primary");
    EXPECT_EQ(refused.error().retry_after, 91s);
    ASSERT_TRUE(pacing.quota());
    EXPECT_EQ(pacing.quota()->limit, 5000);
    EXPECT_EQ(pacing.quota()->remaining, 0);
}

TEST_F(Pace, WaitsLongerEachTimeThatGitHubNamesNoTime) {
    const auto limited = reply(403, {{"x-ratelimit-remaining", "100"}}, "You have exceeded a secondary rate limit");
    pacing.heed(limited);
    EXPECT_EQ(pacing.blocked_for(), 60s);
    clock.advance(60s);
    pacing.heed(limited);
    EXPECT_EQ(pacing.blocked_for(), 120s);
    clock.advance(120s);
    pacing.heed(reply(200, {}));
    pacing.heed(limited);
    EXPECT_EQ(pacing.blocked_for(), 60s);
}

TEST_F(Pace, IsNotLockedUpByAnAbsurdTime) {
    pacing.heed(reply(429, {{"retry-after", "99999999999"}}));
    EXPECT_LE(pacing.blocked_for().value(), 3700s);
    pacing.heed(reply(429, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "9223372036854775807"}}));
    EXPECT_LE(pacing.blocked_for().value(), 3700s);
}

TEST_F(Pace, SpreadsPointsOverTheMinute) {
    for (int i = 0; i < 144; ++i) EXPECT_EQ(pacing.take(true, 8s), 0s) << i;

    const auto waits = pacing.take(true, 8s);
    ASSERT_TRUE(waits);
    EXPECT_GT(*waits, 0s);
    clock.advance(60s);
    EXPECT_EQ(pacing.take(false, 8s), 0s);
}

TEST_F(Pace, RefusesWhatWouldWaitTooLong) {
    for (int i = 0; i < 144; ++i) ASSERT_TRUE(pacing.take(true, 8s));
    Result<std::chrono::milliseconds> taken = 0ms;
    for (int i = 0; i < 100 && taken; ++i) taken = pacing.take(true, 2s);

    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().reason, "upstream_paced");
    EXPECT_TRUE(taken.error().retry_after);
}

TEST(HttpDate, ReadsTheOneForm) {
    EXPECT_EQ(http_date("Thu, 26 Nov 2026 13:00:01 GMT"),
              WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}} + 13h + 1s);
    for (const auto* text :
         {"", "Thu, 26 Nov 2026 13:00:01 UTC", "Thu, 99 Nov 2026 13:00:01 GMT", "Thu, 26 Foo 2026 13:00:01 GMT"}) {
        EXPECT_FALSE(http_date(text)) << text;
    }
}

}  // namespace
}  // namespace flux::providers::github
