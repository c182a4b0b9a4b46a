#include "providers/github/pacing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "async/task_group.hpp"
#include "base/clock.hpp"
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
    Pacing pacing{clock, 1000};

    /// How long one that comes now waits, with nobody before it: then it gives up.
    Result<std::chrono::milliseconds> ask(bool writes, std::chrono::milliseconds patience) {
        auto turn = pacing.enter("somebody", writes, patience);
        if (!turn) return fail(turn.error());
        auto wait = pacing.look(**turn);
        pacing.leave(**turn);
        return wait;
    }

    std::shared_ptr<Turn> enter(const std::string& principal, bool writes = true) {
        auto turn = pacing.enter(principal, writes, 8s);
        EXPECT_TRUE(turn) << principal;
        return turn.value_or(nullptr);
    }

    /// Whether it goes now.
    bool goes(const std::shared_ptr<Turn>& turn) { return pacing.look(*turn) == 0ms; }

    void use_up() {
        for (int i = 0; i < 144; ++i) ASSERT_EQ(ask(true, 8s), 0ms) << i;
    }
};

TEST_F(Pace, LetsNothingGoBeforeRetryAfter) {
    pacing.heed(reply(403, {{"retry-after", "30"}}));

    const auto refused = ask(false, 8s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::rate_limited);
    EXPECT_EQ(refused.error().reason, "upstream_secondary");
    EXPECT_EQ(refused.error().retry_after, 30s);

    clock.advance(25s);
    EXPECT_EQ(ask(false, 8s), 5s);
    clock.advance(5s);
    EXPECT_EQ(ask(false, 8s), 0s);
}

TEST_F(Pace, WaitsForTheResetByGitHubsClock) {
    const auto github = http_date("Thu, 26 Nov 2026 13:00:00 GMT");
    ASSERT_TRUE(github);
    const auto reset = std::chrono::floor<std::chrono::seconds>(*github + 90s).time_since_epoch().count();

    pacing.heed(reply(403, {{"x-ratelimit-remaining", "0"},
                            {"x-ratelimit-limit", "5000"},
                            {"x-ratelimit-reset", std::to_string(reset)},
                            {"date", "Thu, 26 Nov 2026 13:00:00 GMT"}}));

    const auto refused = ask(false, 8s);
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
    use_up();

    const auto waits = ask(true, 8s);
    ASSERT_TRUE(waits);
    EXPECT_GT(*waits, 0s);
    clock.advance(*waits);
    EXPECT_EQ(ask(true, 8s), 0s);
    clock.advance(60s);
    use_up();
}

TEST_F(Pace, RefusesWhatWouldWaitTooLong) {
    use_up();
    std::vector<std::shared_ptr<Turn>> waiting;
    Result<std::shared_ptr<Turn>> entered;
    do {
        entered = pacing.enter("busy", true, 2s);
        if (entered) waiting.push_back(*entered);
    } while (entered && waiting.size() < 100);

    ASSERT_FALSE(entered);
    EXPECT_EQ(entered.error().reason, "upstream_paced");
    EXPECT_GT(entered.error().retry_after, 2s);
    EXPECT_THAT(entered.error().message, testing::HasSubstr("Try again in 3 s"));
    EXPECT_EQ(waiting.size(), 4U) << "twelve points a second";
}

TEST_F(Pace, GoesRoundThePrincipalsInTurn) {
    use_up();
    std::vector<std::shared_ptr<Turn>> turns;
    for (const auto* principal : {"busy", "busy", "busy", "other", "", "other"}) turns.push_back(enter(principal));
    std::vector<std::size_t> order;
    for (int second = 0; second < 60 && order.size() < turns.size(); ++second) {
        clock.advance(100ms);
        for (std::size_t i = 0; i < turns.size(); ++i) {
            if (std::ranges::find(order, i) == order.end() && goes(turns[i])) order.push_back(i);
        }
    }
    EXPECT_THAT(order, testing::ElementsAre(0, 3, 4, 1, 5, 2));
}

TEST_F(Pace, ABurstOfOneKeepsNobodyElseWaiting) {
    use_up();
    std::vector<std::shared_ptr<Turn>> burst;
    Result<std::shared_ptr<Turn>> entered;
    do {
        entered = pacing.enter("busy", true, 8s);
        if (entered) burst.push_back(*entered);
    } while (entered && burst.size() < 100);
    ASSERT_FALSE(entered) << "its line is as long as its patience";
    ASSERT_GT(burst.size(), 10U);

    const auto other = enter("other");
    ASSERT_TRUE(other);
    clock.advance(420ms);
    EXPECT_FALSE(goes(other)) << "the first of the others came before";
    EXPECT_TRUE(goes(burst.front()));
    clock.advance(420ms);
    EXPECT_FALSE(goes(burst[1]));
    EXPECT_TRUE(goes(other));
    clock.advance(420ms);
    EXPECT_TRUE(goes(burst[1]));
}

TEST_F(Pace, SaysWhenItsOwnTurnIsToOneWhosePatienceIsAtItsEnd) {
    use_up();
    std::vector<std::shared_ptr<Turn>> before{enter("busy")};
    const auto last = enter("busy");
    EXPECT_EQ(pacing.look(*last), 8s) << "it is called when it is the next";
    for (int i = 0; i < 18; ++i) before.push_back(enter(std::to_string(i)));
    for (const auto& turn : before) {
        clock.advance(417ms);
        EXPECT_TRUE(goes(turn));
    }
    clock.advance(8000ms - 417ms * 19);

    const auto refused = pacing.look(*last);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "upstream_paced");
    EXPECT_EQ(refused.error().retry_after, 1s);
}

TEST_F(Pace, CallsTheNextWhenOneGoesOrLeaves) {
    use_up();
    const auto first = enter("a");
    const auto second = enter("b");
    const auto third = enter("c");
    pacing.leave(*second);
    EXPECT_EQ(third->called.version(), 0U);
    pacing.leave(*first);
    EXPECT_EQ(third->called.version(), 1U);
    clock.advance(1s);
    EXPECT_TRUE(goes(third));
}

TEST_F(Pace, WaitsNoLongerWhenGitHubWantsMoreTimeThanItHas) {
    use_up();
    const auto turn = enter("a");
    pacing.heed(reply(403, {{"retry-after", "30"}}));
    const auto refused = pacing.look(*turn);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "upstream_secondary");
    EXPECT_EQ(refused.error().retry_after, 30s);
}

TEST_F(Pace, LetsSoManyGoAtOnceAndTheOthersInTurnAsTheyComeBack) {
    Pacing two{clock, 2};
    std::vector<std::shared_ptr<Turn>> turns;
    for (const auto* principal : {"busy", "busy", "busy", "other"}) turns.push_back(*two.enter(principal, false, 8s));
    EXPECT_EQ(two.look(*turns[0]), 0ms);
    EXPECT_NE(two.look(*turns[1]), 0ms) << "the other's turn is next";
    EXPECT_EQ(two.look(*turns[3]), 0ms);
    EXPECT_NE(two.look(*turns[1]), 0ms) << "two are on their way";

    const auto calls = turns[1]->called.version();
    two.come_back();
    EXPECT_GT(turns[1]->called.version(), calls);
    EXPECT_EQ(two.look(*turns[1]), 0ms);

    clock.advance(9s);
    EXPECT_TRUE(two.look(*turns[2])) << "no limit keeps it";
    clock.advance(30s);
    const auto refused = two.look(*turns[2]);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "upstream_busy");
}

async::Task<> take_turn(Pacing* pacing, std::string principal, int number, std::vector<int>* order) {
    const auto taken = co_await pacing->take(std::move(principal), true, 8s);
    if (taken) order->push_back(number);
}

TEST_F(Pace, TakesItsTurnByItself) {
    // By the real clock, since the waiting is.
    Pacing now{system_clock(), 1000};
    asio::io_context context{1};
    std::vector<int> order;
    const auto taking = [&](int number, std::string principal) {
        return take_turn(&now, std::move(principal), number, &order);
    };
    async::TaskGroup tasks{context.get_executor(), [](const std::exception_ptr&) { ADD_FAILURE(); }};
    for (int i = 0; i < 144; ++i) tasks.start(taking(0, "busy"));
    for (int i = 1; i <= 3; ++i) tasks.start(taking(i, "busy"));
    tasks.start(taking(4, "other"));
    context.run();
    ASSERT_EQ(order.size(), 148U);
    EXPECT_EQ(now.waiting(), 0U);
    order.erase(order.begin(), order.begin() + 144);
    EXPECT_THAT(order, testing::ElementsAre(1, 4, 2, 3));
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
