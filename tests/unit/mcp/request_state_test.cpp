#include "mcp/request_state.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/base64.hpp"
#include "fakes/manual_clock.hpp"

namespace flux::mcp {
namespace {

using namespace std::chrono_literals;

std::string digest(const char* params) { return request_digest("tools/call", json::Raw{params}); }

TEST(RequestStates, ComeBackAsTheyWere) {
    const ManualClock clock;
    const RequestStates states{clock, 60s};
    for (const std::string state : {"first round", "", "a:b\n\"\xC3\xBC"}) {
        const auto sealed = states.seal("token:1", "digest", state);

        EXPECT_EQ(states.open("token:1", "digest", sealed), state);
        EXPECT_EQ(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
    }
}

TEST(RequestStates, AreOfOnePrincipalAndOneRequest) {
    const ManualClock clock;
    const RequestStates states{clock, 60s};
    const RequestStates others{clock, 60s};
    const auto sealed = states.seal("token:1", "digest", "state");

    EXPECT_FALSE(states.open("token:2", "digest", sealed));
    EXPECT_FALSE(states.open("token:1", "other", sealed));
    EXPECT_FALSE(states.open("token:1d", "igest", sealed));
    EXPECT_FALSE(others.open("token:1", "digest", sealed)) << "another server's key";
}

TEST(RequestStates, AreRefusedOnceAnythingIsChanged) {
    const ManualClock clock;
    const RequestStates states{clock, 60s};
    const auto sealed = states.seal("p", "d", "state");
    const auto bytes = *from_base64url(sealed);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(states.open("p", "d", to_base64url(changed))) << i;
    }
    for (const auto* text : {"", "x", "-TAMPERED"}) EXPECT_FALSE(states.open("p", "d", text));
    EXPECT_FALSE(states.open("p", "d", sealed + "-TAMPERED"));
    EXPECT_FALSE(states.open("p", "d", sealed.substr(1)));
}

TEST(RequestStates, GrowOld) {
    ManualClock clock;
    const RequestStates states{clock, 60s};
    const auto sealed = states.seal("p", "d", "state");

    clock.advance(59s);
    EXPECT_TRUE(states.open("p", "d", sealed));
    clock.advance(3s);
    EXPECT_FALSE(states.open("p", "d", sealed));
}

TEST(RequestDigest, IsTheSameForWhateverSaysTheSame) {
    const auto one = digest(R"({"name":"t","arguments":{"a":1,"b":["x",{}]},"inputResponses":{}})");

    EXPECT_EQ(one, digest(R"({ "arguments": {"b":["\u0078",{ }], "a":1.0}, "requestState":"s", "name":"t" })"));
    EXPECT_NE(one, digest(R"({"name":"t","arguments":{"a":2,"b":["x",{}]}})"));
    EXPECT_NE(one, digest(R"({"name":"u","arguments":{"a":1,"b":["x",{}]}})"));
    EXPECT_NE(digest(R"({"name":"t","arguments":{}})"), digest(R"({"name":"t"})"));
}

}  // namespace
}  // namespace flux::mcp
