#include "admission/last_knock.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "fakes/manual_clock.hpp"

namespace flux::admission {
namespace {

class LastKnockTest : public testing::Test {
protected:
    LastKnockTest() {
        settings_.tokens = *Tokens::parse(Secret{"first-token,other-token"});
        settings_.allowed_origins = {*Origin::parse("https://app.example")};
        settings_.trusted_proxies = {*AddressRange::parse("127.0.0.1")};
        settings_.rate_limit = {.turns = 2};
        knock_.peer_address = "127.0.0.1";
        knock_.port = 8787;
        knock_.host = "localhost:8787";
        knock_.authorization = "Bearer first-token";
    }

    ManualClock clock_;
    DoorSettings settings_;
    Knock knock_;
    LastKnock last_;
};

TEST_F(LastKnockTest, LetsInWhoSaysTheSameAgainOnTheSameBudget) {
    const Door door{settings_, clock_};

    const auto first = last_.admit(door, knock_);
    const auto again = last_.admit(door, knock_);

    ASSERT_TRUE(first && again);
    EXPECT_EQ(again->principal, first->principal);
    EXPECT_TRUE(again->authenticated);
    EXPECT_TRUE(first->turns->take());
    EXPECT_TRUE(again->turns->take());
    EXPECT_FALSE(last_.admit(door, knock_)->turns->take());
}

TEST_F(LastKnockTest, LooksAgainAtWhateverIsSaidOtherwise) {
    struct Row {
        const char* name;
        std::function<void(Knock&)> change;
        bool let_in;
    };
    const Row rows[] = {
        {"another token", [](Knock& k) { k.authorization = "Bearer other-token"; }, true},
        {"a wrong token", [](Knock& k) { k.authorization = "Bearer first-tokeN"; }, false},
        {"half a token", [](Knock& k) { k.authorization = "Bearer first-toke"; }, false},
        {"no token", [](Knock& k) { k.authorization = std::nullopt; }, false},
        {"an empty one", [](Knock& k) { k.authorization = ""; }, false},
        {"the token elsewhere", [](Knock& k) { k.query_token = std::exchange(k.authorization, std::nullopt); }, false},
        {"another name", [](Knock& k) { k.host = "evil.example:80"; }, false},
        {"no name", [](Knock& k) { k.host = std::nullopt; }, false},
        {"a foreign origin", [](Knock& k) { k.origin = "https://evil.example"; }, false},
        {"an allowed origin", [](Knock& k) { k.origin = "https://app.example"; }, true},
        {"a client behind the proxy", [](Knock& k) { k.forwarded.for_hops = "192.0.2.7"; }, true},
    };
    const Door door{settings_, clock_};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ASSERT_TRUE(last_.admit(door, knock_));
        auto changed = knock_;
        row.change(changed);

        const auto visitor = last_.admit(door, changed);

        ASSERT_EQ(visitor.has_value(), row.let_in);
        EXPECT_EQ(visitor.has_value(), door.admit(changed).has_value());
        if (visitor) {
            EXPECT_EQ(visitor->principal, door.admit(changed)->principal);
        }
    }
}

TEST_F(LastKnockTest, TellsPlainFromEncryptedBehindAProxy) {
    settings_.https_only = true;
    const Door door{settings_, clock_};
    knock_.forwarded.for_hops = "192.0.2.7";
    knock_.forwarded.protos = "https";
    ASSERT_TRUE(last_.admit(door, knock_));

    knock_.forwarded.protos = "http";

    EXPECT_FALSE(last_.admit(door, knock_));
}

}  // namespace
}  // namespace flux::admission
