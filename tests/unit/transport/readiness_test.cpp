#include "transport/readiness.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>

#include "base/file_descriptor.hpp"

namespace flux::transport {
namespace {

/// Two ends of a stream socket, of which one is watched.
struct Pair {
    Pair() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
        near = FileDescriptor{ends[0]};
        far = FileDescriptor{ends[1]};
    }

    void say(char c) const { EXPECT_EQ(::write(far.get(), &c, 1), 1); }

    FileDescriptor near;
    FileDescriptor far;
};

/// Counts what it is told, and does what the test wants then.
class Counting final : public Readiness::Hearer {
public:
    void ready(std::uint32_t events) override {
        ++times;
        last = events;
        if (then) then();
    }

    int times = 0;
    std::uint32_t last = 0;
    std::function<void()> then;
};

class ReadinessTest : public testing::Test {
protected:
    void turn() {
        context.restart();
        context.run_for(std::chrono::milliseconds{20});
    }

    asio::io_context context{1};
    std::shared_ptr<Readiness> readiness = std::make_shared<Readiness>(context.get_executor());
};

TEST_F(ReadinessTest, TellsUntilItIsRead) {
    const Pair pair;
    Counting hearer;
    hearer.then = [&] {
        // The first time it leaves it there.
        char c = 0;
        if (hearer.times > 1) {
            EXPECT_EQ(::read(pair.near.get(), &c, 1), 1);
        }
    };
    ASSERT_TRUE(readiness->watch(pair.near.get(), EPOLLIN, hearer));

    turn();
    EXPECT_EQ(hearer.times, 0);
    pair.say('a');
    turn();
    EXPECT_EQ(hearer.times, 2);
    EXPECT_EQ(hearer.last, EPOLLIN);
    pair.say('b');
    turn();
    EXPECT_EQ(hearer.times, 3);
    readiness->stop();
}

TEST_F(ReadinessTest, TellsAForgottenOneNothingNotEvenWhatHasHappened) {
    const Pair first;
    const Pair second;
    Counting one;
    Counting other;
    // Whichever is told first forgets the other, in the middle of the batch.
    one.then = [&] { readiness->forget(second.near.get(), other); };
    other.then = [&] { readiness->forget(first.near.get(), one); };
    ASSERT_TRUE(readiness->watch(first.near.get(), EPOLLIN | EPOLLONESHOT, one));
    ASSERT_TRUE(readiness->watch(second.near.get(), EPOLLIN | EPOLLONESHOT, other));
    first.say('a');
    second.say('b');

    turn();

    EXPECT_EQ(one.times + other.times, 1);
    readiness->stop();
}

TEST_F(ReadinessTest, TellsWhatIsAskedForNow) {
    const Pair pair;
    Counting hearer;
    ASSERT_TRUE(readiness->watch(pair.near.get(), 0, hearer));
    pair.say('a');

    turn();
    EXPECT_EQ(hearer.times, 0);
    hearer.then = [&] { readiness->change(pair.near.get(), 0, hearer); };
    readiness->change(pair.near.get(), EPOLLIN | EPOLLOUT, hearer);
    turn();
    EXPECT_EQ(hearer.times, 1);
    EXPECT_EQ(hearer.last, EPOLLIN | EPOLLOUT);
    readiness->stop();
}

TEST_F(ReadinessTest, LetsItsThreadEndOnceItIsStopped) {
    const Pair pair;
    Counting hearer;
    ASSERT_TRUE(readiness->watch(pair.near.get(), EPOLLIN, hearer));
    readiness->stop();
    pair.say('a');

    context.run();

    EXPECT_EQ(hearer.times, 0);
}

}  // namespace
}  // namespace flux::transport
