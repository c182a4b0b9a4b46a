#include "async/changes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "async/task_group.hpp"
#include "async/timer.hpp"
#include "fakes/loop.hpp"

namespace flux::async {
namespace {

using namespace std::chrono_literals;

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

TEST(Changes, AnswersAtOnceWhenSomethingHappenedSince) {
    Changes changes;
    changes.bump();

    EXPECT_TRUE(run(changes.wait_beyond(0, in(1h))));
}

TEST(Changes, SaysNoWhenTheTimeIsUp) {
    Changes changes;

    EXPECT_FALSE(run(changes.wait_beyond(0, in(5ms))));
}

TEST(Changes, WakesEveryWaiterFromAnotherThread) {
    Changes changes;
    asio::io_context context{1};
    int woken = 0;
    for (int i = 0; i < 3; ++i) {
        asio::co_spawn(context.get_executor(), changes.wait_beyond(0, in(1h)),
                       [&](std::exception_ptr, bool changed) { woken += changed ? 1 : 0; });
    }

    std::thread other{[&] { changes.bump(); }};
    context.run();
    other.join();

    EXPECT_EQ(woken, 3);
}

TEST(Changes, HoldsNothingOfAWaiterWhoseLoopHasEnded) {
    Changes changes;
    auto brief = std::make_unique<asio::io_context>(1);
    asio::co_spawn(brief->get_executor(), changes.wait_beyond(0, in(1h)), [](std::exception_ptr, bool) {});
    brief->poll();
    // Behind the first one, so that waking them all takes longer than his loop lasts.
    asio::io_context crowd{1};
    for (int i = 0; i < 5000; ++i) {
        asio::co_spawn(crowd.get_executor(), changes.wait_beyond(0, in(1h)), [](std::exception_ptr, bool) {});
    }
    crowd.poll();

    std::thread other{[&] { changes.bump(); }};
    brief->run();
    brief.reset();
    other.join();

    crowd.run();
}

TEST(Changes, ThrowsWhenItsTaskIsCancelled) {
    Changes changes;
    asio::io_context context{1};
    std::exception_ptr thrown;
    TaskGroup group{context.get_executor(), [&](std::exception_ptr e) { thrown = e; }};
    const auto wait = [](Changes& what) -> Task<> { co_await what.wait_beyond(0, in(1h)); };
    group.start(wait(changes));
    context.run_for(5ms);

    group.cancel();
    context.run();

    EXPECT_TRUE(thrown);
    EXPECT_EQ(group.size(), 0u);
}

TEST(Changes, OutliveAnExecutorOnWhichSomebodyWaited) {
    Changes changes;
    {
        asio::io_context context{1};
        const auto ended = [](std::exception_ptr, bool) {};
        auto waiting = changes.wait_beyond(0, std::chrono::steady_clock::time_point::max());
        asio::co_spawn(context, std::move(waiting), ended);
        context.poll();
    }
    changes.bump();
    EXPECT_EQ(changes.version(), 1u);
}

}  // namespace
}  // namespace flux::async
