#include "app/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "fakes/fake_provider.hpp"
#include "fakes/loop.hpp"
#include "fakes/manual_clock.hpp"

namespace flux::app {
namespace {

using State = transport::Connector::State;

class ReadinessTest : public testing::Test {
protected:
    transport::Connector provider_now() const { return readiness.connectors().front(); }

    FakeProvider provider;
    ManualClock clock;
    Readiness readiness{provider, clock};
};

TEST_F(ReadinessTest, SaysThatNobodyLookedYet) {
    const auto connector = provider_now();

    EXPECT_EQ(connector.state, State::degraded);
    EXPECT_FALSE(connector.checked_at);
    EXPECT_FALSE(connector.cure.empty());
}

TEST_F(ReadinessTest, HandsOnWhatTheProviderSaysOfItself) {
    struct Row {
        const char* name;
        bool ok;
        const char* word;
        State state;
    };
    for (const auto& row :
         {Row{"well", true, "connected", State::connected}, Row{"hindered", true, "degraded", State::degraded},
          Row{"not at all", false, "error", State::error}}) {
        SCOPED_TRACE(row.name);
        provider.known_health = {.ok = row.ok, .state = row.word, .detail = "as it is", .cure = "what helps"};
        clock.advance(std::chrono::seconds{10});

        run(readiness.ask_now());

        const auto connector = provider_now();
        EXPECT_EQ(connector.state, row.state);
        EXPECT_EQ(connector.reason, "as it is");
        EXPECT_EQ(connector.cure, "what helps");
        EXPECT_EQ(connector.checked_at, clock.wall_now());
        EXPECT_FALSE(connector.quota) << "nobody spoke of one";
    }
}

TEST_F(ReadinessTest, ShowsTheQuotaUntilItIsKnownNoMore) {
    const auto reset = clock.wall_now() + std::chrono::minutes{40};
    provider.known_health.quota = builds::Quota{.limit = 5000, .remaining = 12, .reset_at = reset};
    run(readiness.ask_now());
    ASSERT_TRUE(provider_now().quota);
    EXPECT_EQ(provider_now().quota->limit, 5000);
    EXPECT_EQ(provider_now().quota->remaining, 12);
    EXPECT_EQ(provider_now().quota->reset_at, reset);

    provider.known_health.quota.reset();
    clock.advance(std::chrono::seconds{10});
    run(readiness.ask_now());
    EXPECT_FALSE(provider_now().quota);
}

TEST_F(ReadinessTest, AsksNoMoreThanOnceInFiveSeconds) {
    provider.known_health.detail = "first";
    run(readiness.ask_now());
    provider.known_health.detail = "second";
    clock.advance(std::chrono::milliseconds{4900});
    run(readiness.ask_now());
    EXPECT_EQ(provider_now().reason, "first");

    clock.advance(std::chrono::milliseconds{200});
    run(readiness.ask_now());
    EXPECT_EQ(provider_now().reason, "second");
}

TEST_F(ReadinessTest, NamesWhatIsOffWithTheWayToIt) {
    for (const auto& connector : readiness.connectors()) {
        SCOPED_TRACE(connector.name);
        if (connector.name == provider.name()) continue;
        EXPECT_EQ(connector.state, State::off);
        EXPECT_FALSE(connector.reason.empty());
        EXPECT_FALSE(connector.cure.empty());
    }
}

}  // namespace
}  // namespace flux::app
