#include "admission/page_door.hpp"

#include <algorithm>
#include <utility>

#include "admission/cookie.hpp"
#include "base/id.hpp"

namespace flux::admission {

namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t longest_secret = 128;
constexpr std::size_t longest_token = 4096;
constexpr GrantBounds link_bounds{.all = 1000, .per_principal = 32};
constexpr GrantBounds session_bounds{.all = 10'000, .per_principal = 64};
constexpr GrantBounds ticket_bounds{.all = 10'000, .per_principal = 64};

auto signed_out() {
    return fail(Errc::unauthenticated, "This page is signed out, or was for too long. Sign in again.", "signed_out");
}

auto too_many() {
    return fail(Error{Errc::unavailable, "Too many pages are signed in. Try again in a minute.", "too_many_sessions",
                      std::chrono::minutes{1}});
}

SteadyTime end_of(const Grant& session, const PageSettings& settings, SteadyTime now) {
    return std::min(now + settings.idle_time, session.begun_at + settings.whole_time);
}

/// Lasts as long as its session is known, and keeps it from falling idle.
class SessionStay final : public Stay {
public:
    SessionStay(std::shared_ptr<Grants> sessions, const GrantKey& session, const PageSettings& settings,
                const Clock& clock)
        : sessions_{std::move(sessions)}, session_{session}, settings_{settings}, clock_{clock} {}

    bool goes_on() const override {
        const auto grant = sessions_->find(session_);
        if (!grant) return false;
        sessions_->extend(session_, end_of(*grant, settings_, clock_.steady_now()));
        return true;
    }

private:
    std::shared_ptr<Grants> sessions_;
    GrantKey session_;
    PageSettings settings_;
    const Clock& clock_;
};

}  // namespace

PageDoor::PageDoor(const Door& door, PageSettings settings, const Clock& clock)
    : door_{door},
      settings_{settings},
      clock_{clock},
      budgets_{settings.rate_limit, clock},
      attempts_{RateLimit{settings.sign_ins}, clock},
      links_{grants_in_process(link_bounds, clock)},
      sessions_{grants_in_process(session_bounds, clock)},
      tickets_{grants_in_process(ticket_bounds, clock)} {}

PageCode PageDoor::make_link(std::string principal) {
    PageCode link{Secret{random_id(secret_bytes)}, settings_.link_time};
    const auto now = clock_.steady_now();
    links_->put(grant_key(link.code.reveal()), {std::move(principal), true, {}, now, now + settings_.link_time});
    return link;
}

Result<PageCode> PageDoor::make_link_for(const Knock& knock) {
    auto visitor = door_.admit(knock);
    if (!visitor) return fail(std::move(visitor.error()));
    if (!door_.asks_for_token()) {
        return fail(Errc::conflict, "This server asks for no token: its page needs no link.", "no_link_needed");
    }
    if (const auto taken = visitor->turns->take(); !taken) {
        return fail(Error{Errc::rate_limited, "Too many requests with this token. Try again later.", "rate_limited",
                          taken.error().retry_after});
    }
    return make_link(std::move(visitor->principal));
}

Result<void> PageDoor::check_own_page(const Knock& knock) const {
    if (auto checked = door_.check_origin(knock); !checked) return checked;
    if (!door_.is_own_origin(knock) || (knock.fetch_site && *knock.fetch_site != "same-origin")) {
        return fail(Errc::forbidden, "Only the page that this server serves itself may ask for this.",
                    "origin_not_allowed");
    }
    return {};
}

Result<void> PageDoor::count_attempt(const Knock& knock) {
    const auto taken = attempts_.turns_of(door_.client_of(knock))->take();
    if (taken) return {};
    return fail(Error{Errc::rate_limited, "Too many attempts to sign in from this address. Try again later.",
                      "too_many_sign_ins", taken.error().retry_after});
}

Result<PageSession> PageDoor::sign_in_by_token(Knock knock, std::string_view token) {
    if (auto counted = count_attempt(knock); !counted) return fail(std::move(counted.error()));
    auto principal = token.size() > longest_token ? std::nullopt : door_.principal_of_token(token);
    if (!principal) {
        return fail(Errc::unauthenticated, "This is not a token of this server. Look at how it was started.",
                    "wrong_token");
    }
    return open(*std::move(principal), true);
}

Result<PageSession> PageDoor::sign_in_by_link(const Knock& knock, std::string_view link) {
    if (auto counted = count_attempt(knock); !counted) return fail(std::move(counted.error()));
    auto grant = link.size() > longest_secret ? std::nullopt : links_->take(grant_key(link));
    if (!grant) {
        return fail(Errc::unauthenticated,
                    "This link was used already, or is too old: each works once. Sign in with a token, or restart the "
                    "server for a new link.",
                    "link_used");
    }
    return open(std::move(grant->principal), grant->authenticated);
}

Result<PageSession> PageDoor::sign_in_freely(const Knock& knock) {
    if (door_.asks_for_token()) {
        return fail(Errc::unauthenticated, "This server asks for a token: send it, or the code of a sign-in link.",
                    "token_needed");
    }
    if (auto counted = count_attempt(knock); !counted) return fail(std::move(counted.error()));
    return open(door_.client_of(knock), false);
}

Result<PageSession> PageDoor::open(std::string principal, bool authenticated) {
    PageSession session{Secret{random_id(secret_bytes)}, settings_.whole_time};
    const auto now = clock_.steady_now();
    Grant grant{std::move(principal), authenticated, {}, now, now + settings_.idle_time};
    grant.expires_at = end_of(grant, settings_, now);
    if (!sessions_->put(grant_key(session.cookie.reveal()), std::move(grant))) return too_many();
    return session;
}

std::optional<GrantKey> PageDoor::session_of(const Knock& knock) const {
    const auto cookie = knock.cookie ? only_cookie(*knock.cookie, page_cookie) : std::nullopt;
    if (!cookie || cookie->empty() || cookie->size() > longest_secret) return std::nullopt;
    return grant_key(*cookie);
}

void PageDoor::sign_out(const Knock& knock) {
    if (const auto session = session_of(knock)) sessions_->take(*session);
}

Visitor PageDoor::visitor(const Grant& session) const {
    return {session.principal, session.authenticated, budgets_.turns_of(session.principal)};
}

Result<Visitor> PageDoor::admit_cookie(const Knock& knock) {
    if (auto checked = door_.check_origin(knock); !checked) return fail(std::move(checked.error()));
    const bool by_another_site = knock.fetch_site && *knock.fetch_site != "same-origin" && *knock.fetch_site != "none";
    if (by_another_site || (knock.origin && !door_.is_own_origin(knock))) {
        return fail(Errc::forbidden, "Only the page that this server serves itself may ask for this.",
                    "origin_not_allowed");
    }
    const auto session = session_of(knock);
    const auto grant = session ? sessions_->find(*session) : std::nullopt;
    if (!grant) return signed_out();
    sessions_->extend(*session, end_of(*grant, settings_, clock_.steady_now()));
    return visitor(*grant);
}

Result<Visitor> PageDoor::admit_reader(const Knock& knock) {
    const bool has_cookie = session_of(knock).has_value();
    if (knock.authorization && has_cookie) {
        return fail(Errc::invalid_argument, "A token and a session's cookie came together: send one of them.",
                    "ambiguous_credentials");
    }
    return has_cookie ? admit_cookie(knock) : door_.admit(knock);
}

Result<PageCode> PageDoor::make_ticket(const Knock& knock) {
    auto visitor = admit_cookie(knock);
    if (!visitor) return fail(std::move(visitor.error()));
    PageCode made{Secret{random_id(secret_bytes)}, settings_.ticket_time};
    const auto now = clock_.steady_now();
    Grant grant{std::move(visitor->principal), visitor->authenticated, *session_of(knock), now,
                now + settings_.ticket_time};
    if (!tickets_->put(grant_key(made.code.reveal()), std::move(grant))) return too_many();
    return made;
}

Result<PageVisitor> PageDoor::admit_ticket(const Knock& knock) {
    if (auto own = check_own_page(knock); !own) return fail(std::move(own.error()));
    const auto& ticket = knock.query_ticket;
    const auto taken = ticket && ticket->size() <= longest_secret ? tickets_->take(grant_key(*ticket)) : std::nullopt;
    const auto session = taken ? sessions_->find(taken->session) : std::nullopt;
    if (!session || knock.authorization || knock.query_token) {
        return fail(Errc::unauthenticated, "This ticket was used already, or is too old. Ask for a new one.",
                    "ticket_used");
    }
    return PageVisitor{visitor(*session), std::make_shared<SessionStay>(sessions_, taken->session, settings_, clock_)};
}

}  // namespace flux::admission
