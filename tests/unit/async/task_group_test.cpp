#include "async/task_group.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "async/timer.hpp"
#include "fakes/loop.hpp"

namespace flux::async {
namespace {

using namespace std::chrono_literals;

TEST(TaskGroup, CancelsAndWaitsForEveryTask) {
    const auto scene = []() -> Task<std::size_t> {
        const auto executor = co_await asio::this_coro::executor;
        TaskGroup group{executor, {}};
        group.start(sleep_for(1h));
        group.start(sleep_for(1h));
        co_await sleep_for(1ms);
        group.cancel();
        co_await group.wait();
        co_return group.size();
    };

    EXPECT_EQ(run(scene()), 0u);
}

TEST(TaskGroup, HearsOfATaskThatThrowsAndLivesOn) {
    asio::io_context context{1};
    int failures = 0;
    int ends = 0;
    TaskGroup group{context.get_executor(), [&](std::exception_ptr) { ++failures; }};
    const auto bad = []() -> Task<> {
        co_await sleep_for(0ms);
        throw std::runtime_error{"broken"};
    };

    group.start(bad(), [&] { ++ends; });
    group.start(sleep_for(0ms), [&] { ++ends; });
    context.run();

    EXPECT_EQ(failures, 1);
    EXPECT_EQ(ends, 2);
}

}  // namespace
}  // namespace flux::async
