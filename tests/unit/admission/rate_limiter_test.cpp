#include "admission/rate_limiter.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.hpp"

namespace flux::admission {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, RefusesTheNextTurnAndSaysWhenToComeBack) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 2}, clock};
    const auto turns = limiter.turns_of("a");
    EXPECT_TRUE(turns->take());
    clock.advance(10s);
    EXPECT_TRUE(turns->take());

    const auto refused = turns->take();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().retry_after, 50'001ms);
    EXPECT_EQ(refused.error().limit, 2);
    EXPECT_EQ(refused.error().reset_at,
              std::chrono::time_point_cast<std::chrono::milliseconds>(clock.wall_now()) + 50'001ms);
    clock.advance(refused.error().retry_after);
    EXPECT_TRUE(turns->take());
    EXPECT_FALSE(turns->take());
}

TEST(RateLimiter, IsNotResetByComingBack) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 1}, clock};

    EXPECT_TRUE(limiter.turns_of("a")->take());

    EXPECT_FALSE(limiter.turns_of("a")->take());
    EXPECT_TRUE(limiter.turns_of("b")->take());
}

TEST(RateLimiter, HasNoLimitForZeroTurns) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 0}, clock};
    const auto turns = limiter.turns_of("a");

    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(turns->take());

    EXPECT_EQ(limiter.principals(), 0U);
}

TEST(RateLimiter, AgreesWithANaiveModelOverRandomSteps) {
    constexpr int limit = 5;
    ManualClock clock;
    const RateLimiter limiter{{.turns = limit, .window = 100ms}, clock};
    std::map<std::string, std::deque<SteadyTime>> accepted;
    std::map<std::string, std::shared_ptr<Turns>> held;
    std::mt19937 random{2};

    for (int step = 0; step < 100'000; ++step) {
        clock.advance(std::chrono::microseconds{random() % 3 == 0 ? random() % 40'000 : 0});
        const auto principal = "p" + std::to_string(random() % 7);
        if (random() % 3 == 0 || !held[principal]) held[principal] = limiter.turns_of(principal);
        if (random() % 5 == 0) held["p" + std::to_string(random() % 7)].reset();
        if (!held[principal]) continue;
        auto& log = accepted[principal];
        while (!log.empty() && clock.steady_now() - log.front() > 100ms) log.pop_front();

        const bool taken = held[principal]->take().has_value();

        ASSERT_EQ(taken, log.size() < limit) << "step " << step;
        if (taken) log.push_back(clock.steady_now());
    }
}

TEST(RateLimiter, LetsAMillionTurnsGoAWindowLater) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 1'000'000, .window = 1s}, clock};
    const auto turns = limiter.turns_of("a");
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 1'000'000; ++i) ASSERT_TRUE(turns->take());
        EXPECT_FALSE(turns->take());
        clock.advance(1s);
        EXPECT_FALSE(turns->take());
        clock.advance(1ms);
    }
}

TEST(RateLimiter, IsExactOverThreadsAndConnections) {
    const RateLimiter limiter{{.turns = 30}, system_clock()};
    std::atomic<int> accepted{0};
    std::vector<std::thread> threads;

    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) accepted += limiter.turns_of("a")->take() ? 1 : 0;
        });
    }
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(accepted, 30);
}

TEST(RateLimiter, ForgetsWhoHasAWholeBudgetAndNobodyElse) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 2, .max_principals = 1600}, clock};
    std::vector<std::shared_ptr<Turns>> held;
    for (int i = 0; i < 400; ++i) {
        held.push_back(limiter.turns_of("held" + std::to_string(i)));
        ASSERT_TRUE(held.back()->take());
        ASSERT_TRUE(held.back()->take());
    }
    for (int round = 0; round < 20; ++round) {
        clock.advance(61s);
        for (int i = 0; i < 200; ++i) {
            ASSERT_TRUE(limiter.turns_of("round" + std::to_string(round) + "." + std::to_string(i))->take());
        }
    }

    EXPECT_LE(limiter.principals(), 1600U);
    for (int i = 0; i < 400; ++i) {
        const auto& old = held[static_cast<std::size_t>(i)];
        ASSERT_TRUE(old->take());
        ASSERT_TRUE(limiter.turns_of("held" + std::to_string(i))->take());
        ASSERT_FALSE(old->take());
    }
}

TEST(RateLimiter, RefusesNewcomersWhileTooManyOthersAreKnown) {
    ManualClock clock;
    const RateLimiter limiter{{.turns = 1, .max_principals = 16}, clock};
    std::vector<std::shared_ptr<Turns>> all;
    int accepted = 0;
    for (int i = 0; i < 200; ++i) {
        all.push_back(limiter.turns_of("p" + std::to_string(i)));
        accepted += all.back()->take() ? 1 : 0;
    }
    EXPECT_LE(accepted, 16);
    EXPECT_EQ(limiter.principals(), static_cast<std::size_t>(accepted));

    all.erase(all.begin(), all.begin() + 199);
    clock.advance(61s);

    EXPECT_TRUE(all.front()->take());
}

TEST(RateLimiter, LeavesWhatItGaveOutWorking) {
    ManualClock clock;
    std::shared_ptr<Turns> turns;
    {
        const RateLimiter limiter{{.turns = 1}, clock};
        turns = limiter.turns_of("a");
    }
    EXPECT_TRUE(turns->take());
    EXPECT_FALSE(turns->take());
}

}  // namespace
}  // namespace flux::admission
