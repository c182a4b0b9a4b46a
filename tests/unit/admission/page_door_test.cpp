#include "admission/page_door.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>

#include "fakes/manual_clock.hpp"

namespace flux::admission {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view host = "127.0.0.1:8787";
constexpr std::string_view own_origin = "http://127.0.0.1:8787";
constexpr std::string_view token = "correct-horse-battery-staple";

DoorSettings door_settings(bool with_token) {
    DoorSettings settings;
    if (with_token) settings.tokens = *Tokens::parse(Secret{std::string{token}});
    settings.allowed_origins.push_back(*Origin::parse("https://friend.example"));
    return settings;
}

class PageDoorTest : public testing::Test {
protected:
    static Knock knock(std::optional<std::string_view> origin = own_origin) {
        Knock knock;
        knock.peer_address = "127.0.0.1";
        knock.port = 8787;
        knock.host = host;
        knock.origin = origin;
        return knock;
    }

    static Knock with_cookie(const std::string& cookie) {
        auto result = knock();
        result.cookie = cookie;
        return result;
    }

    std::string sign_in() {
        const auto session = door_.sign_in_by_token(knock(), token);
        return "flux_session=" + std::string{session->cookie.reveal()};
    }

    std::string ticket_for(const std::string& cookie) {
        return std::string{door_.make_ticket(with_cookie(cookie))->code.reveal()};
    }

    Result<PageVisitor> redeem(const std::string& ticket, Knock by = knock()) {
        by.query_ticket = ticket;
        return door_.admit_ticket(by);
    }

    ManualClock clock_;
    Door front_{door_settings(true), clock_};
    PageDoor door_{front_, {.rate_limit = {3}}, clock_};
};

TEST_F(PageDoorTest, SignsInByATokenOfTheDoor) {
    EXPECT_EQ(door_.sign_in_by_token(knock(), "another").error().code, Errc::unauthenticated);
    EXPECT_EQ(door_.sign_in_by_token(knock(), "").error().code, Errc::unauthenticated);
    EXPECT_EQ(door_.sign_in_freely(knock()).error().code, Errc::unauthenticated);

    const auto cookie = sign_in();
    const auto visitor = door_.admit_cookie(with_cookie("a=b; " + cookie));
    ASSERT_TRUE(visitor);
    EXPECT_EQ(visitor->principal, *front_.principal_of_token(token));
    EXPECT_TRUE(visitor->authenticated);
    EXPECT_NE(cookie, sign_in()) << "each session has a secret of its own";
}

TEST_F(PageDoorTest, NeverTakesASessionThatABrowserMadeUp) {
    for (const auto* cookie : {"flux_session=0123456789abcdef", "flux_session=", "flux_session", ""}) {
        SCOPED_TRACE(cookie);
        EXPECT_EQ(door_.admit_cookie(with_cookie(cookie)).error().code, Errc::unauthenticated);
    }
    const auto cookie = sign_in();
    EXPECT_FALSE(door_.admit_cookie(with_cookie(cookie + "; flux_session=planted")));
    EXPECT_FALSE(door_.admit_cookie(with_cookie("flux_session=planted; " + cookie)));
}

TEST_F(PageDoorTest, SignsInByALinkOnceAndForAnHour) {
    const auto link = door_.make_link("local");
    EXPECT_EQ(door_.sign_in_by_link(knock(), "0123").error().code, Errc::unauthenticated);
    const auto session = door_.sign_in_by_link(knock(), link.code.reveal());
    ASSERT_TRUE(session);
    EXPECT_EQ(door_.admit_cookie(with_cookie("flux_session=" + std::string{session->cookie.reveal()}))->principal,
              "local");
    EXPECT_EQ(door_.sign_in_by_link(knock(), link.code.reveal()).error().reason, "link_used");

    const auto late = door_.make_link("local");
    clock_.advance(3600s);
    EXPECT_EQ(door_.sign_in_by_link(knock(), late.code.reveal()).error().reason, "link_used");
}

TEST_F(PageDoorTest, GivesLinksToWhoBringsAToken) {
    auto asked = knock(std::nullopt);
    EXPECT_EQ(door_.make_link_for(asked).error().code, Errc::unauthenticated);
    const auto authorization = "Bearer " + std::string{token};
    asked.authorization = authorization;
    const auto link = door_.make_link_for(asked);
    ASSERT_TRUE(link);
    EXPECT_TRUE(door_.sign_in_by_link(knock(), link->code.reveal()));
}

TEST_F(PageDoorTest, LetsEveryoneSignInWhereNoTokenIsAskedFor) {
    const Door open{door_settings(false), clock_};
    PageDoor door{open, {}, clock_};
    const auto session = door.sign_in_freely(knock());
    ASSERT_TRUE(session);
    const auto visitor = door.admit_cookie(with_cookie("flux_session=" + std::string{session->cookie.reveal()}));
    EXPECT_EQ(visitor->principal, "address:127.0.0.1");
    EXPECT_FALSE(visitor->authenticated);
}

TEST_F(PageDoorTest, EndsASessionThatNobodyUses) {
    const auto cookie = sign_in();
    clock_.advance(7h);
    EXPECT_TRUE(door_.admit_cookie(with_cookie(cookie)));
    clock_.advance(7h);
    EXPECT_TRUE(door_.admit_cookie(with_cookie(cookie))) << "it was used seven hours ago";
    clock_.advance(8h);
    EXPECT_EQ(door_.admit_cookie(with_cookie(cookie)).error().reason, "signed_out");
}

TEST_F(PageDoorTest, EndsEverySessionAfterADay) {
    const auto cookie = sign_in();
    for (int hour = 0; hour < 23; ++hour) {
        clock_.advance(1h);
        ASSERT_TRUE(door_.admit_cookie(with_cookie(cookie)));
    }
    clock_.advance(1h);
    EXPECT_FALSE(door_.admit_cookie(with_cookie(cookie)));
}

TEST_F(PageDoorTest, LetsOnlyItsOwnPageAskForChanges) {
    struct Row {
        const char* name;
        std::optional<std::string_view> origin;
        std::optional<std::string_view> fetch_site;
        bool allowed;
    };
    constexpr std::array rows{
        Row{"our page", own_origin, "same-origin", true},
        Row{"our page, in an older browser", own_origin, std::nullopt, true},
        Row{"no origin", std::nullopt, "same-origin", false},
        Row{"evil", "https://evil.example", "cross-site", false},
        Row{"an origin that may use /mcp", "https://friend.example", std::nullopt, false},
        Row{"a preview", "http://abc.localhost:8788", "same-site", false},
        Row{"another port of this host", "http://127.0.0.1:8788", "same-site", false},
        Row{"another name of this host", "http://localhost:8787", "cross-site", false},
        Row{"https", "https://127.0.0.1:8787", std::nullopt, false},
        Row{"a sandboxed page", "null", "cross-site", false},
        Row{"a browser that contradicts itself", own_origin, "cross-site", false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auto asked = knock(row.origin);
        asked.fetch_site = row.fetch_site;
        const auto checked = door_.check_own_page(asked);
        EXPECT_EQ(checked.has_value(), row.allowed);
        EXPECT_EQ(checked ? Errc::forbidden : checked.error().code, Errc::forbidden);
    }
}

TEST_F(PageDoorTest, KnowsItsPageByItsPublicName) {
    auto settings = door_settings(true);
    settings.public_origin = *Origin::parse("https://flux.example");
    const Door front{std::move(settings), clock_};
    const PageDoor door{front, {}, clock_};
    auto asked = knock("https://flux.example");
    asked.host = "flux.example";
    EXPECT_TRUE(door.check_own_page(asked));
    asked.origin = "http://flux.example";
    EXPECT_FALSE(door.check_own_page(asked)) << "what came over plain http may be anybody's";
}

TEST_F(PageDoorTest, LetsNoOtherSiteReadByTheCookie) {
    const auto cookie = sign_in();
    auto asked = with_cookie(cookie);
    asked.origin.reset();
    EXPECT_TRUE(door_.admit_cookie(asked));
    asked.fetch_site = "none";
    EXPECT_TRUE(door_.admit_cookie(asked)) << "typed into the address bar";
    asked.fetch_site = "same-site";
    EXPECT_EQ(door_.admit_cookie(asked).error().code, Errc::forbidden);
    asked.fetch_site.reset();
    asked.origin = "https://friend.example";
    EXPECT_EQ(door_.admit_cookie(asked).error().code, Errc::forbidden);
    asked = with_cookie(cookie);
    asked.host = "evil.example";
    EXPECT_EQ(door_.admit_cookie(asked).error().code, Errc::forbidden);
}

TEST_F(PageDoorTest, LetsATicketInOnceAndOnlyFromItsPage) {
    const auto cookie = sign_in();
    EXPECT_FALSE(redeem("0123"));
    EXPECT_EQ(redeem(ticket_for(cookie), knock("https://evil.example")).error().code, Errc::forbidden);
    EXPECT_EQ(redeem(ticket_for(cookie), knock("https://friend.example")).error().code, Errc::forbidden);
    EXPECT_EQ(redeem(ticket_for(cookie), knock(std::nullopt)).error().code, Errc::forbidden);

    const auto ticket = ticket_for(cookie);
    const auto visitor = redeem(ticket);
    ASSERT_TRUE(visitor);
    EXPECT_EQ(visitor->visitor.principal, *front_.principal_of_token(token));
    EXPECT_EQ(redeem(ticket).error().reason, "ticket_used");

    const auto late = ticket_for(cookie);
    clock_.advance(30s);
    EXPECT_EQ(redeem(late).error().reason, "ticket_used");
}

TEST_F(PageDoorTest, RefusesTwoKindsOfCredentialsAtOnce) {
    const auto cookie = sign_in();
    const auto authorization = "Bearer " + std::string{token};
    auto asked = with_cookie(cookie);
    asked.authorization = authorization;
    EXPECT_EQ(door_.admit_reader(asked).error().reason, "ambiguous_credentials");
    asked.cookie = "something=else";
    EXPECT_TRUE(door_.admit_reader(asked));
    auto socket = knock();
    socket.authorization = authorization;
    EXPECT_FALSE(redeem(ticket_for(cookie), socket));
}

TEST_F(PageDoorTest, EndsTicketsAndSocketsWithTheirSession) {
    const auto cookie = sign_in();
    const auto ticket = ticket_for(cookie);
    const auto visitor = redeem(ticket_for(cookie));
    ASSERT_TRUE(visitor->stay->goes_on());

    door_.sign_out(with_cookie(cookie));

    EXPECT_FALSE(visitor->stay->goes_on());
    EXPECT_FALSE(redeem(ticket));
    EXPECT_FALSE(door_.admit_cookie(with_cookie(cookie)));
    EXPECT_EQ(door_.make_ticket(with_cookie(cookie)).error().reason, "signed_out");
}

TEST_F(PageDoorTest, KeepsASessionWhileASocketOfItIsOpen) {
    const auto cookie = sign_in();
    const auto visitor = redeem(ticket_for(cookie));
    for (int hour = 0; hour < 23; ++hour) {
        clock_.advance(1h);
        ASSERT_TRUE(visitor->stay->goes_on());
    }
    clock_.advance(1h);
    EXPECT_FALSE(visitor->stay->goes_on());
}

TEST_F(PageDoorTest, GivesAllPagesOfOnePrincipalOneBudgetOfTheirOwn) {
    const auto first = redeem(ticket_for(sign_in()));
    const auto second = redeem(ticket_for(sign_in()));
    for (const auto& page : {first, second, first}) EXPECT_TRUE(page->visitor.turns->take());
    EXPECT_EQ(second->visitor.turns->take().error().limit, 3);

    auto program = knock();
    const auto authorization = "Bearer " + std::string{token};
    program.authorization = authorization;
    EXPECT_TRUE(front_.admit(program)->turns->take()) << "the token's own budget is another";
}

TEST_F(PageDoorTest, StopsWhoTriesTooOften) {
    for (int attempt = 0; attempt < 60; ++attempt) {
        ASSERT_EQ(door_.sign_in_by_token(knock(), "guess").error().code, Errc::unauthenticated);
    }
    EXPECT_EQ(door_.sign_in_by_token(knock(), token).error().code, Errc::rate_limited);
    EXPECT_EQ(door_.sign_in_by_link(knock(), "guess").error().code, Errc::rate_limited);
    auto elsewhere = knock();
    elsewhere.peer_address = "192.0.2.7";
    EXPECT_TRUE(door_.sign_in_by_token(elsewhere, token));
    clock_.advance(61s);
    EXPECT_TRUE(door_.sign_in_by_token(knock(), token));
}

}  // namespace
}  // namespace flux::admission
