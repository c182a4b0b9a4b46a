#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "admission/door.hpp"
#include "admission/grants.hpp"
#include "admission/rate_limiter.hpp"
#include "admission/visitor.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace flux::admission {

/// The session cookie of the web page.
inline constexpr std::string_view page_cookie = "flux_session";

struct PageSettings {
    RateLimit rate_limit{600};             ///< FLUX_UI_RATE_LIMIT: of one principal, over all its pages
    std::chrono::seconds link_time{3600};  ///< of a sign-in link that nobody used
    std::chrono::seconds ticket_time{30};  ///< from the ticket to the socket
    std::chrono::seconds idle_time{8 * 3600};
    std::chrono::seconds whole_time{24 * 3600};  ///< FLUX_UI_SESSION_SECONDS: of a session, however busy
    int sign_ins = 60;                           ///< attempts of one address in a minute
};

/// What signing in gave: the cookie's value, which is not kept here.
struct PageSession {
    Secret cookie;
    std::chrono::seconds lifetime;
};

/// A secret that can be used once.
struct PageCode {
    Secret code;
    std::chrono::seconds lifetime;
};

/// Whether a page's session lasts. Thread-safe, quick.
class Stay {
public:
    virtual ~Stay() = default;
    /// False: the session has ended. Asked about once a second for as long as a socket of it is open, which counts as
    /// use.
    virtual bool goes_on() const = 0;
};

/// Who came in by a ticket, and for how long.
struct PageVisitor {
    Visitor visitor;
    std::shared_ptr<const Stay> stay;
};

/// Lets pages in that a browser shows, without a token in them: someone signs in with a token, or with a link that the
/// server gave its operator, and has a session by cookie from then on; each socket takes a ticket that the session was
/// given for it. Nothing that the browser sends is taken as the name of a new session.
///
/// Thread-safe, never blocks.
class PageDoor {
public:
    /// `door` and `clock` outlive this.
    PageDoor(const Door& door, PageSettings settings, const Clock& clock);

    /// The code of a link that signs in once as `principal`.
    PageCode make_link(std::string principal);

    /// The same for whoever brings a token: a program that opens a browser for its user.
    Result<PageCode> make_link_for(const Knock& knock);

    /// What only our own page may ask for: `forbidden` unless `Origin` is there and ours, and what the browser says of
    /// the request (`Sec-Fetch-Site`) agrees.
    Result<void> check_own_page(const Knock& knock) const;

    /// Each opens a new session. `unauthenticated` where the token or the link is none (any more); `rate_limited`
    /// after too many attempts.
    Result<PageSession> sign_in_by_token(Knock knock, std::string_view token);
    Result<PageSession> sign_in_by_link(const Knock& knock, std::string_view link);
    /// Where no token is asked for.
    Result<PageSession> sign_in_freely(const Knock& knock);

    /// Ends the session of the cookie, if there is one, and with it its tickets and sockets.
    void sign_out(const Knock& knock);

    /// Whom the cookie names, with the page's budget; `unauthenticated` without a session. Counts as use.
    Result<Visitor> admit_cookie(const Knock& knock);

    /// For what both a page and a program may read: by cookie or by token, not by both.
    Result<Visitor> admit_reader(const Knock& knock);

    /// A ticket for one socket of the cookie's session.
    Result<PageCode> make_ticket(const Knock& knock);

    /// Whom the ticket names. It can be used once, from our own page.
    Result<PageVisitor> admit_ticket(const Knock& knock);

    bool asks_for_token() const { return door_.asks_for_token(); }

private:
    Result<PageSession> open(std::string principal, bool authenticated);
    Result<void> count_attempt(const Knock& knock);
    std::optional<GrantKey> session_of(const Knock& knock) const;
    Visitor visitor(const Grant& session) const;

    const Door& door_;
    const PageSettings settings_;
    const Clock& clock_;
    RateLimiter budgets_;
    RateLimiter attempts_;
    std::unique_ptr<Grants> links_;
    std::shared_ptr<Grants> sessions_;  ///< also of those who came in by a ticket
    std::unique_ptr<Grants> tickets_;
};

}  // namespace flux::admission
