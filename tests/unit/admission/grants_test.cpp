#include "admission/grants.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.hpp"

namespace flux::admission {
namespace {

using namespace std::chrono_literals;

class GrantsTest : public testing::Test {
protected:
    Grant grant(std::string principal, std::chrono::seconds life = 60s) const {
        return {std::move(principal), true, {}, clock_.steady_now(), clock_.steady_now() + life};
    }

    ManualClock clock_;
    std::unique_ptr<Grants> grants_ = grants_in_process({.all = 6, .per_principal = 2}, clock_);
};

TEST_F(GrantsTest, StandForAPrincipalUntilTheyExpire) {
    ASSERT_TRUE(grants_->put(grant_key("a"), grant("ann")));
    EXPECT_EQ(grants_->find(grant_key("a"))->principal, "ann");
    EXPECT_FALSE(grants_->find(grant_key("b")));
    clock_.advance(59s);
    EXPECT_TRUE(grants_->find(grant_key("a")));
    clock_.advance(1s);
    EXPECT_FALSE(grants_->find(grant_key("a")));
    EXPECT_FALSE(grants_->take(grant_key("a")));
}

TEST_F(GrantsTest, AreTakenOnce) {
    grants_->put(grant_key("a"), grant("ann"));
    EXPECT_EQ(grants_->take(grant_key("a"))->principal, "ann");
    EXPECT_FALSE(grants_->take(grant_key("a")));
    EXPECT_FALSE(grants_->find(grant_key("a")));
}

TEST_F(GrantsTest, AreTakenOnceByManyThreads) {
    for (int round = 0; round < 100; ++round) {
        grants_->put(grant_key("a"), grant("ann"));
        std::atomic<int> got = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                if (grants_->take(grant_key("a"))) ++got;
            });
        }
        threads.clear();
        ASSERT_EQ(got, 1);
    }
}

TEST_F(GrantsTest, AreExtendedOnlyWhileTheyAreKnown) {
    grants_->put(grant_key("a"), grant("ann"));
    grants_->extend(grant_key("a"), clock_.steady_now() + 120s);
    clock_.advance(100s);
    EXPECT_TRUE(grants_->find(grant_key("a")));
    grants_->take(grant_key("a"));
    grants_->extend(grant_key("a"), clock_.steady_now() + 120s);
    EXPECT_FALSE(grants_->find(grant_key("a"))) << "who signed out stays out";
}

TEST_F(GrantsTest, GiveUpAPrincipalsFirstToExpireForItsNext) {
    grants_->put(grant_key("a"), grant("ann", 90s));
    grants_->put(grant_key("b"), grant("ann", 30s));
    grants_->put(grant_key("c"), grant("bob", 10s));
    EXPECT_TRUE(grants_->put(grant_key("d"), grant("ann")));
    EXPECT_TRUE(grants_->find(grant_key("a")));
    EXPECT_FALSE(grants_->find(grant_key("b")));
    EXPECT_TRUE(grants_->find(grant_key("c"))) << "another's is not touched";
}

TEST_F(GrantsTest, AreRefusedWhenTooManyOthersAreKnown) {
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(grants_->put(grant_key(std::to_string(i)), grant("principal " + std::to_string(i))));
    }
    EXPECT_FALSE(grants_->put(grant_key("new"), grant("newcomer")));
    EXPECT_TRUE(grants_->find(grant_key("0")));
    clock_.advance(60s);
    EXPECT_TRUE(grants_->put(grant_key("new"), grant("newcomer"))) << "what has expired makes room";
}

}  // namespace
}  // namespace flux::admission
