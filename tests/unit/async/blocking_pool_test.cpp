#include "async/blocking_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "fakes/loop.hpp"

namespace flux::async {
namespace {

TEST(BlockingPool, ResumesTheCallerOnItsOwnThreadWithTheValue) {
    BlockingPool pool{2};
    const auto work = [](BlockingPool& where) -> Task<std::string> {
        const auto caller = std::this_thread::get_id();
        auto ask = [caller] { return std::this_thread::get_id() != caller; };
        const bool elsewhere = co_await where.run(std::move(ask));
        co_return elsewhere&& std::this_thread::get_id() == caller ? "both" : "wrong thread";
    };

    EXPECT_EQ(run(work(pool)), "both");
}

TEST(BlockingPool, PassesOnWhatTheWorkThrew) {
    BlockingPool pool{1};
    const auto work = [](BlockingPool& where) -> Task<int> {
        auto fails = []() -> int { throw std::runtime_error{"no disk"}; };
        co_return co_await where.run(std::move(fails));
    };

    EXPECT_THROW(run(work(pool)), std::runtime_error);
}

/// Takes its time to go: whoever doesn't wait for it is seen to.
struct Slow {
    Slow() = default;
    Slow(const Slow&) = delete;
    Slow& operator=(const Slow&) = delete;
    ~Slow() { std::this_thread::sleep_for(std::chrono::milliseconds{2}); }
};

TEST(BlockingPool, DropsTheWorkBeforeTheCallerGoesOn) {
    BlockingPool pool{1};
    const auto work = [](BlockingPool& where) -> Task<bool> {
        auto held = std::make_shared<Slow>();
        const std::weak_ptr<Slow> there = held;
        auto nothing = [held = std::move(held)] { return 0; };
        co_await where.run(std::move(nothing));
        co_return there.expired();
    };

    for (int i = 0; i < 10; ++i) ASSERT_TRUE(run(work(pool)));
}

TEST(BlockingPool, RefusesWhatItsQueueCannotHold) {
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    std::promise<void> begun;
    BlockingPool pool{1, 1};
    pool.post([opened, &begun] {
        begun.set_value();
        opened.wait();
    });
    begun.get_future().wait();
    pool.post([] {});

    EXPECT_THROW(pool.post([] {}), std::system_error);
    gate.set_value();
}

TEST(BlockingPool, FinishesWhatIsQueuedBeforeItGoes) {
    std::atomic<int> done = 0;
    {
        BlockingPool pool{1};
        for (int i = 0; i < 10; ++i) pool.post([&done] { ++done; });
    }
    EXPECT_EQ(done, 10);
}

}  // namespace
}  // namespace flux::async
