#include "providers/github/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include "fakes/manual_clock.hpp"

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

struct Breaker : testing::Test {
    void fail(int times) {
        for (int i = 0; i < times; ++i) breaker.failed();
    }

    ManualClock clock;
    CircuitBreaker breaker{clock};
};

TEST_F(Breaker, OpensAfterFiveFailuresInARow) {
    fail(4);
    EXPECT_TRUE(breaker.admit());
    fail(1);

    const auto refused = breaker.admit();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "upstream_unavailable");
    EXPECT_EQ(refused.error().retry_after, 30s);
}

TEST_F(Breaker, ASuccessBreaksTheRow) {
    fail(4);
    breaker.succeeded();
    fail(4);

    EXPECT_TRUE(breaker.admit());
}

TEST_F(Breaker, OpensWhenHalfOfTenFailed) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(breaker.state(), State::closed);
        breaker.succeeded();
        breaker.failed();
    }

    EXPECT_EQ(breaker.state(), State::open);
}

TEST_F(Breaker, ForgetsWhatIsOlderThanHalfAMinute) {
    for (int i = 0; i < 4; ++i) {
        breaker.succeeded();
        breaker.failed();
    }
    clock.advance(31s);
    breaker.succeeded();
    breaker.failed();

    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, LetsOneRequestTryAfterHalfAMinute) {
    fail(5);
    clock.advance(29s);
    EXPECT_FALSE(breaker.admit());
    clock.advance(1s);

    EXPECT_TRUE(breaker.admit());
    EXPECT_FALSE(breaker.admit());

    breaker.succeeded();
    EXPECT_TRUE(breaker.admit());
    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, StaysOpenWhenTheOneFails) {
    fail(5);
    clock.advance(30s);
    ASSERT_TRUE(breaker.admit());
    breaker.failed();

    EXPECT_FALSE(breaker.admit());
    clock.advance(30s);
    EXPECT_TRUE(breaker.admit());
}

TEST_F(Breaker, LetsAnotherTryWhenTheOneSaidNothing) {
    fail(5);
    clock.advance(30s);
    ASSERT_TRUE(breaker.admit());
    breaker.undecided();

    EXPECT_TRUE(breaker.admit());
}

TEST_F(Breaker, IsNotKeptOpenByWhatWasOnItsWayBefore) {
    fail(5);
    clock.advance(20s);
    fail(3);
    clock.advance(10s);

    EXPECT_TRUE(breaker.admit());
}

}  // namespace
}  // namespace flux::providers::github
