#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admission/address.hpp"
#include "admission/authority.hpp"
#include "admission/client_address.hpp"
#include "admission/origin.hpp"
#include "admission/rate_limiter.hpp"
#include "admission/tokens.hpp"
#include "admission/visitor.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace flux::admission {

/// Somebody who wants to come in: what a transport knows when a request's head has been read. Views of the caller's.
struct Knock {
    std::string_view peer_address;  ///< without port
    std::uint16_t port = 0;         ///< of ours, that they came to
    bool local_peer = false;        ///< came by the local socket, which only the operator's account can open
    std::optional<std::string_view> host;
    std::optional<std::string_view> origin;
    std::optional<std::string_view> authorization;
    std::optional<std::string_view> query_token;   ///< `?token=`, decoded
    std::optional<std::string_view> query_ticket;  ///< `?ticket=` of an upgrade, decoded: see PageDoor
    std::optional<std::string_view> cookie;
    std::optional<std::string_view> fetch_site;  ///< `Sec-Fetch-Site`
    Forwarded forwarded;
};

struct DoorSettings {
    Tokens tokens;                                   ///< MCP_AUTH_TOKEN
    std::string bind_host = "127.0.0.1";             ///< FLUX_HOST
    std::optional<Origin> public_origin = {};        ///< of FLUX_PUBLIC_URL
    std::vector<Origin> allowed_origins = {};        ///< FLUX_ALLOWED_ORIGINS
    std::vector<AddressRange> trusted_proxies = {};  ///< FLUX_TRUSTED_PROXIES
    bool query_tokens = true;                        ///< whether `?token=` is accepted
    bool https_only = false;                         ///< production: plain HTTP is for this machine alone
    RateLimit rate_limit = {};                       ///< FLUX_RATE_LIMIT
};

/// Who may come in. Asked for every request and before every upgrade, by every transport that has a network on its
/// other side. Thread-safe, never blocks.
class Door {
public:
    Door(DoorSettings settings, const Clock& clock);

    /// Scheme, then Host, then Origin, then token. `forbidden` for the first three, `unauthenticated` (without detail)
    /// for the last.
    Result<Visitor> admit(const Knock& knock) const;

    /// Scheme, Host and Origin alone: for pages that need no token.
    Result<void> check_origin(const Knock& knock) const;

    /// Whether `Origin` is there and names the server itself, by the name in `Host` or by its public URL. What
    /// FLUX_ALLOWED_ORIGINS adds is not meant.
    bool is_own_origin(const Knock& knock) const;

    /// The principal of a token, if it opens this door.
    std::optional<std::string> principal_of_token(std::string_view token) const;

    /// Who asks, by address: `address:127.0.0.1`, or `address:unknown`.
    std::string client_of(const Knock& knock) const;

    bool asks_for_token() const { return !settings_.tokens.empty(); }

private:
    bool came_in_the_open(const Knock& knock) const;
    bool is_our_host(const Authority& authority, std::uint16_t port) const;
    bool is_allowed_origin(std::string_view text, std::uint16_t port) const;
    Result<std::string> principal_of(const Knock& knock) const;

    DoorSettings settings_;
    std::optional<Address> bind_address_;
    RateLimiter limiter_;
};

/// The operator at their own terminal (stdio, the local socket): principal `local`, authenticated, without a limit.
Visitor local_operator();

}  // namespace flux::admission
