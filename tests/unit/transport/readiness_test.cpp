#include "transport/readiness.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "fakes/socket_pair.hpp"

namespace flux::transport {
namespace {

/// One end is watched, the other speaks.
struct Pair : SocketPair {
    void say(char c) const { EXPECT_EQ(::write(far.get(), &c, 1), 1); }
};

/// Counts what it is told, and does what the test wants then.
class Counting final : public Readiness::Hearer {
public:
    bool ready(std::uint32_t events) override {
        ++times;
        last = events;
        if (then) then();
        return true;
    }

    int times = 0;
    std::uint32_t last = 0;
    std::function<void()> then;
};

/// Writes down which step it takes, under its name. Heard once.
class Stepping final : public Readiness::Hearer {
public:
    Stepping(char name, std::string& steps) : name_{name}, steps_{steps} {}

    bool ready(std::uint32_t) override {
        note("ready ");
        return has_room;
    }
    void answer_input() override {
        note("answers ");
        if (then) then();
    }
    void send_output() override { note("sends "); }

    bool has_room = true;
    std::function<void()> then;

private:
    void note(const char* what) {
        steps_ += name_;
        steps_ += ' ';
        steps_ += what;
    }

    char name_;
    std::string& steps_;
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

/// Three that are ready together, in the order in which they became it.
class ReadinessStepsTest : public ReadinessTest {
protected:
    void SetUp() override {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            ASSERT_TRUE(readiness->watch(pairs[i].near.get(), EPOLLIN | EPOLLONESHOT, *hearers[i]));
            pairs[i].say('x');
        }
    }
    void TearDown() override { readiness->stop(); }

    std::array<Pair, 3> pairs;
    std::string steps;
    Stepping a{'a', steps};
    Stepping b{'b', steps};
    Stepping c{'c', steps};
    std::array<Stepping*, 3> hearers{&a, &b, &c};
};

TEST_F(ReadinessStepsTest, EachIsTakenForAllBeforeTheNext) {
    turn();
    EXPECT_EQ(steps, "a ready b ready c ready a answers b answers c answers a sends b sends c sends ");
}

TEST_F(ReadinessStepsTest, AreTakenForSomeWhereThereIsNoRoomForMore) {
    b.has_room = false;
    turn();
    EXPECT_EQ(steps, "a ready b ready a answers b answers a sends b sends c ready c answers c sends ");
}

TEST_F(ReadinessStepsTest, AreNotTakenByWhoWasForgottenInThem) {
    a.then = [&] {
        readiness->forget(pairs[0].near.get(), a);
        readiness->forget(pairs[1].near.get(), b);
    };
    turn();
    EXPECT_EQ(steps, "a ready b ready c ready a answers c answers c sends ");
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

TEST_F(ReadinessTest, LooksAgainForWhatComesSoonAndSleepsWhenNothingDoes) {
    const Pair pair;
    Counting hearer;
    hearer.then = [&] {
        char c = 0;
        EXPECT_EQ(::read(pair.near.get(), &c, 1), 1);
        // A peer that asks again as soon as it is answered.
        if (hearer.times < 100) pair.say('a');
    };
    ASSERT_TRUE(readiness->watch(pair.near.get(), EPOLLIN, hearer));
    pair.say('a');

    bool had_its_turn = false;
    asio::post(context, [&] { had_its_turn = true; });
    turn();
    EXPECT_EQ(hearer.times, 100);
    EXPECT_TRUE(had_its_turn);
    EXPECT_EQ(context.poll(), 0U);

    pair.say('a');
    turn();
    EXPECT_EQ(hearer.times, 101);
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
