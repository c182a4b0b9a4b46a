#include "admission/door.hpp"

#include <gmock/gmock.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/manual_clock.hpp"

namespace flux::admission {
namespace {

constexpr std::uint16_t our_port = 8787;

Knock knock_with(std::optional<std::string_view> host, std::optional<std::string_view> origin = {}) {
    Knock knock;
    knock.peer_address = "127.0.0.1";
    knock.port = our_port;
    knock.host = host;
    knock.origin = origin;
    return knock;
}

DoorSettings with_tokens(std::string list) {
    DoorSettings settings;
    settings.tokens = *Tokens::parse(Secret{std::move(list)});
    return settings;
}

class DoorTest : public testing::Test {
protected:
    Door door(DoorSettings settings = {}) const { return Door{std::move(settings), clock_}; }

    ManualClock clock_;
};

TEST_F(DoorTest, AnswersToItsOwnNamesOnItsOwnPort) {
    struct Row {
        const char* host;
        bool allowed;
    };
    constexpr std::array rows{
        Row{"localhost:8787", true},
        Row{"LOCALHOST:8787", true},
        Row{"127.0.0.1:8787", true},
        Row{"127.0.0.2:8787", true},
        Row{"[::1]:8787", true},
        Row{"localhost.:8787", true},
        Row{"localhost", false},
        Row{"localhost:8788", false},
        Row{"evil.com:8787", false},
        Row{"evil.com", false},
        Row{"localhost.evil.com:8787", false},
        Row{"x.localhost:8787", false},
        Row{"192.168.1.5:8787", false},
        Row{"0.0.0.0:8787", false},
        Row{"127.1:8787", false},
        Row{"2130706433:8787", false},
        Row{"localhost:8787@evil.com", false},
        Row{"localhost:8787, evil.com", false},
        Row{"", false},
    };
    const auto under_test = door();
    for (const auto& row : rows) {
        SCOPED_TRACE(row.host);
        const auto admitted = under_test.admit(knock_with(row.host));
        EXPECT_EQ(admitted.has_value(), row.allowed);
        if (!admitted) {
            EXPECT_EQ(admitted.error().reason, "host_not_allowed");
        }
    }
    EXPECT_EQ(under_test.admit(knock_with(std::nullopt)).error().code, Errc::forbidden);
}

TEST_F(DoorTest, AnswersToThePublicUrlAndToTheAddressItIsBoundTo) {
    DoorSettings settings;
    settings.bind_host = "192.168.1.5";
    settings.public_origin = *Origin::of_url("https://flux.example.com/");
    const auto under_test = door(std::move(settings));

    EXPECT_TRUE(under_test.check_origin(knock_with("flux.example.com")));
    EXPECT_TRUE(under_test.check_origin(knock_with("flux.example.com:443")));
    EXPECT_TRUE(under_test.check_origin(knock_with("192.168.1.5:8787")));
    EXPECT_FALSE(under_test.check_origin(knock_with("flux.example.com:8787")));
    EXPECT_FALSE(under_test.check_origin(knock_with("192.168.1.6:8787")));
}

TEST_F(DoorTest, AnswersToAnyAddressButNoNameWhenBoundToAll) {
    for (const auto* bind : {"0.0.0.0", "::"}) {
        SCOPED_TRACE(bind);
        DoorSettings settings;
        settings.bind_host = bind;
        const auto under_test = door(std::move(settings));

        EXPECT_TRUE(under_test.check_origin(knock_with("192.168.1.5:8787")));
        EXPECT_TRUE(under_test.check_origin(knock_with("[2001:db8::1]:8787")));
        EXPECT_FALSE(under_test.check_origin(knock_with("rebound.evil.com:8787")));
        EXPECT_FALSE(under_test.check_origin(knock_with("0.0.0.0:8787")));
        EXPECT_FALSE(under_test.check_origin(knock_with("[::]:8787")));
    }
}

TEST_F(DoorTest, LetsInPagesOfItsOwnAndOfAllowedOrigins) {
    struct Row {
        const char* origin;
        bool allowed;
    };
    constexpr std::array rows{
        Row{"http://localhost:8787", true},
        Row{"http://127.0.0.1:8787", true},
        Row{"https://[::1]:8787", true},
        Row{"http://localhost:5173", true},
        Row{"vscode-webview://abc", true},
        Row{"https://flux.example.com", true},
        Row{"http://flux.example.com", false},
        Row{"https://flux.example.com:8787", false},
        Row{"http://flux.example.com:8787", false},
        Row{"https://localhost:5173", false},
        Row{"http://localhost:8788", false},
        Row{"http://r1-0123456789.localhost:8788", false},
        Row{"http://r1-0123456789.localhost:8787", false},
        Row{"http://evil.com", false},
        Row{"http://evil.com:8787", false},
        Row{"http://localhost:8787.evil.com", false},
        Row{"chrome-extension://localhost:8787", false},
        Row{"file://localhost:8787", false},
        Row{"null", false},
        Row{"", false},
        Row{"http://localhost:8787/", false},
        Row{"http://localhost:8787, http://localhost:8787", false},
    };
    DoorSettings settings;
    settings.allowed_origins = {*Origin::parse("http://localhost:5173"), *Origin::parse("vscode-webview://abc")};
    settings.public_origin = *Origin::of_url("https://flux.example.com");
    const auto under_test = door(std::move(settings));
    for (const auto& row : rows) {
        SCOPED_TRACE(row.origin);
        const auto admitted = under_test.admit(knock_with("localhost:8787", row.origin));
        EXPECT_EQ(admitted.has_value(), row.allowed);
        if (!admitted) {
            EXPECT_EQ(admitted.error().reason, "origin_not_allowed");
        }
    }
}

TEST_F(DoorTest, AsksForTheTokenInTheHeaderOrTheQuery) {
    struct Row {
        const char* name;
        std::optional<std::string_view> authorization;
        std::optional<std::string_view> query;
        bool allowed;
    };
    const std::array rows{
        Row{"nothing", {}, {}, false},
        Row{"header", "Bearer right", {}, true},
        Row{"lower-case scheme", "bearer right", {}, true},
        Row{"blanks around it", "Bearer   right ", {}, true},
        Row{"the second of two", "Bearer other", {}, true},
        Row{"query", {}, "right", true},
        Row{"wrong", "Bearer wrong", {}, false},
        Row{"wrong in the query", {}, "wrong", false},
        Row{"empty", "Bearer ", {}, false},
        Row{"empty query", {}, "", false},
        Row{"no blank", "Bearer", {}, false},
        Row{"other scheme", "Basic right", {}, false},
        Row{"no scheme", "right", {}, false},
        Row{"both tokens at once", "Bearer right,other", {}, false},
        Row{"a prefix", "Bearer righ", {}, false},
        Row{"a wrong header beside a right query", "Bearer wrong", "right", false},
    };
    const auto under_test = door(with_tokens("right,other"));
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auto knock = knock_with("localhost:8787");
        knock.authorization = row.authorization;
        knock.query_token = row.query;

        const auto admitted = under_test.admit(knock);

        ASSERT_EQ(admitted.has_value(), row.allowed);
        if (row.allowed) {
            EXPECT_TRUE(admitted->authenticated);
            EXPECT_THAT(admitted->principal, testing::MatchesRegex("token:[0-9a-f]{12}"));
        } else {
            EXPECT_EQ(admitted.error().code, Errc::unauthenticated);
            EXPECT_EQ(admitted.error().message, under_test.admit(knock_with("localhost:8787")).error().message);
        }
    }
}

TEST_F(DoorTest, TakesNoTokenFromTheQueryWhenThatIsSwitchedOff) {
    auto settings = with_tokens("right");
    settings.query_tokens = false;
    auto knock = knock_with("localhost:8787");
    knock.query_token = "right";

    EXPECT_FALSE(door(std::move(settings)).admit(knock));
}

TEST_F(DoorTest, RefusesAForeignPageEvenWithTheRightToken) {
    auto knock = knock_with("localhost:8787", "http://evil.com");
    knock.authorization = "Bearer right";

    EXPECT_EQ(door(with_tokens("right")).admit(knock).error().code, Errc::forbidden);
}

TEST_F(DoorTest, NeedsNoTokenForTheLookAtHostAndOrigin) {
    EXPECT_TRUE(door(with_tokens("right")).check_origin(knock_with("localhost:8787")));
}

TEST_F(DoorTest, KnowsAnonymousVisitorsByTheirAddress) {
    struct Row {
        const char* name;
        const char* peer;
        std::optional<std::string_view> forwarded_for;
        const char* principal;
    };
    const std::array rows{
        Row{"IPv4", "192.0.2.7", {}, "address:192.0.2.7"},
        Row{"mapped", "::ffff:192.0.2.7", {}, "address:192.0.2.7"},
        Row{"IPv6", "2001:db8::1:2", {}, "address:2001:db8::/64"},
        Row{"a forged field", "192.0.2.7", "1.1.1.1", "address:192.0.2.7"},
        Row{"through the proxy", "10.0.0.1", "1.1.1.1", "address:1.1.1.1"},
        Row{"forged before the proxy", "10.0.0.1", "9.9.9.9, 1.1.1.1", "address:1.1.1.1"},
        Row{"through two proxies", "10.0.0.1", "9.9.9.9, 1.1.1.1,10.0.0.2", "address:1.1.1.1"},
        Row{"with a port", "10.0.0.1", "1.1.1.1:4711", "address:1.1.1.1"},
        Row{"IPv6 with a port", "10.0.0.1", "[2001:db8::1]:4711", "address:2001:db8::/64"},
        Row{"unreadable", "10.0.0.1", "1.1.1.1, unknown", "address:10.0.0.1"},
        Row{"empty", "10.0.0.1", "", "address:10.0.0.1"},
        Row{"only proxies", "10.0.0.1", "10.0.0.3,10.0.0.2", "address:10.0.0.3"},
    };
    DoorSettings settings;
    settings.trusted_proxies = {*AddressRange::parse("10.0.0.0/8")};
    const auto under_test = door(std::move(settings));
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auto knock = knock_with("localhost:8787");
        knock.peer_address = row.peer;
        knock.forwarded.for_hops = row.forwarded_for;

        const auto admitted = under_test.admit(knock);

        ASSERT_TRUE(admitted);
        EXPECT_EQ(admitted->principal, row.principal);
        EXPECT_FALSE(admitted->authenticated);
    }
}

TEST_F(DoorTest, TakesNothingOverPlainHttpWhereItIsForHttpsOnly) {
    struct Row {
        const char* name;
        const char* peer;
        std::optional<std::string_view> hops;
        std::optional<std::string_view> protos;
        bool allowed;
    };
    const std::array rows{
        Row{"this machine", "127.0.0.1", {}, {}, true},
        Row{"this machine by IPv6", "::1", {}, {}, true},
        Row{"another machine", "192.0.2.7", {}, {}, false},
        Row{"another machine's own word", "192.0.2.7", {}, "https", false},
        Row{"another machine that calls itself this one", "192.0.2.7", "127.0.0.1", "https", false},
        Row{"a proxy that says nothing", "10.0.0.1", "1.1.1.1", {}, false},
        Row{"a proxy that says nothing at all", "10.0.0.1", {}, {}, false},
        Row{"through the proxy", "10.0.0.1", "1.1.1.1", "https", true},
        Row{"in capitals", "10.0.0.1", "1.1.1.1", "HTTPS", true},
        Row{"a socket by its own name", "10.0.0.1", "1.1.1.1", "wss", true},
        Row{"plainly to the proxy", "10.0.0.1", "1.1.1.1", "http", false},
        Row{"empty", "10.0.0.1", "1.1.1.1", "", false},
        Row{"unknown", "10.0.0.1", "1.1.1.1", "httpss", false},
        Row{"forged before the proxy", "10.0.0.1", "1.1.1.1", "https, http", false},
        Row{"through two that each say it", "10.0.0.1", "1.1.1.1, 10.0.0.2", "https, http", true},
        Row{"through two, forged before them", "10.0.0.1", "1.1.1.1, 10.0.0.2", "https, http, https", false},
        Row{"through two of which one says it", "10.0.0.1", "1.1.1.1, 10.0.0.2", "https", true},
        Row{"a health check of the proxy's own", "10.0.0.1", {}, "https", true},
    };
    DoorSettings settings;
    settings.https_only = true;
    settings.trusted_proxies = {*AddressRange::parse("10.0.0.0/8")};
    const auto under_test = door(std::move(settings));
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auto knock = knock_with("localhost:8787");
        knock.peer_address = row.peer;
        knock.forwarded = {row.hops, row.protos};

        const auto looked = under_test.check_origin(knock);

        EXPECT_EQ(looked.has_value(), row.allowed);
        if (!looked) {
            EXPECT_EQ(looked.error().reason, "https_required");
        }
    }
}

TEST_F(DoorTest, BelievesAProxyOnThisMachine) {
    DoorSettings settings;
    settings.https_only = true;
    settings.trusted_proxies = {*AddressRange::parse("127.0.0.1")};
    const auto under_test = door(std::move(settings));
    const auto comes = [&](Forwarded forwarded) {
        auto knock = knock_with("localhost:8787");
        knock.forwarded = forwarded;
        return under_test.check_origin(knock).has_value();
    };
    EXPECT_TRUE(comes({})) << "nobody stands behind it";
    EXPECT_TRUE(comes({"1.1.1.1", "https"}));
    EXPECT_FALSE(comes({"1.1.1.1", "http"}));
    EXPECT_FALSE(comes({"1.1.1.1", {}}));
    EXPECT_FALSE(comes({{}, "http"}));
}

TEST_F(DoorTest, GivesOnePrincipalOneBudgetHoweverItComes) {
    auto settings = with_tokens("right");
    settings.rate_limit.turns = 2;
    const auto under_test = door(std::move(settings));
    auto by_header = knock_with("localhost:8787");
    by_header.authorization = "Bearer right";
    auto by_query = knock_with("127.0.0.1:8787");
    by_query.query_token = "right";
    by_query.peer_address = "192.0.2.7";

    EXPECT_TRUE(under_test.admit(by_header)->turns->take());
    EXPECT_TRUE(under_test.admit(by_query)->turns->take());

    EXPECT_FALSE(under_test.admit(by_header)->turns->take());
}

TEST_F(DoorTest, LetsTheOperatorInByTheLocalSocket) {
    Knock knock;
    knock.local_peer = true;

    const auto admitted = door(with_tokens("right")).admit(knock);

    ASSERT_TRUE(admitted);
    EXPECT_EQ(admitted->principal, "local");
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(admitted->turns->take());
}

}  // namespace
}  // namespace flux::admission
