#include "admission/door.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace flux::admission {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::size_t longest_token = 4096;

/// The token of `Bearer <token>`, whose scheme is written in any case (RFC 9110).
std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
    return trimmed(authorization.substr(scheme.size()));
}

/// Some proxies name the scheme of a socket by its own name.
bool is_encrypted(std::string_view scheme) {
    return equal_ignoring_case(scheme, "https") || equal_ignoring_case(scheme, "wss");
}

auto unauthenticated() {
    return fail(Errc::unauthenticated, "A valid token is needed: send it as `Authorization: Bearer <token>`.");
}

}  // namespace

Door::Door(DoorSettings settings, const Clock& clock)
    : settings_{std::move(settings)},
      bind_address_{Address::parse(settings_.bind_host)},
      limiter_{settings_.rate_limit, clock} {}

Result<Visitor> Door::admit(const Knock& knock) const {
    if (knock.local_peer) return local_operator();
    if (auto checked = check_origin(knock); !checked) return fail(std::move(checked.error()));
    auto principal = principal_of(knock);
    if (!principal) return fail(std::move(principal.error()));
    auto turns = limiter_.turns_of(*principal);
    return Visitor{*std::move(principal), asks_for_token(), std::move(turns)};
}

Result<void> Door::check_origin(const Knock& knock) const {
    if (knock.local_peer) return {};
    if (settings_.https_only && came_in_the_open(knock)) {
        return fail(Errc::forbidden,
                    "This server takes no request over plain HTTP: use its https URL. If you did, its operator has to "
                    "let the proxy in front send X-Forwarded-Proto, and name its address in FLUX_TRUSTED_PROXIES.",
                    "https_required");
    }
    const auto host = knock.host ? Authority::parse(*knock.host) : std::nullopt;
    if (!host || !is_our_host(*host, knock.port)) {
        return fail(Errc::forbidden,
                    "This server doesn't answer to the name in `Host`. Use the address it was started on (localhost, "
                    "127.0.0.1), or have its operator set FLUX_PUBLIC_URL to the URL it is reached by.",
                    "host_not_allowed");
    }
    if (knock.origin && !is_allowed_origin(*knock.origin, knock.port)) {
        return fail(Errc::forbidden,
                    "Pages of this origin may not use this server. Its operator can allow them in "
                    "FLUX_ALLOWED_ORIGINS.",
                    "origin_not_allowed");
    }
    return {};
}

// Over a network without encryption, as far as somebody says so whom we believe. What this machine asks itself crosses
// no network, unless it is a proxy that says otherwise.
bool Door::came_in_the_open(const Knock& knock) const {
    const auto peer = Address::parse(knock.peer_address);
    if (!peer) return true;
    const auto client = client_behind(*peer, knock.forwarded, settings_.trusted_proxies);
    return client.scheme ? !is_encrypted(*client.scheme) : !client.address.is_loopback();
}

bool Door::is_our_host(const Authority& authority, std::uint16_t port) const {
    if (settings_.public_origin) {
        const auto& own = settings_.public_origin->authority;
        const auto default_port = settings_.public_origin->scheme == "https" ? 443 : 80;
        if (authority.host == own.host && authority.port.value_or(default_port) == own.port) return true;
    }
    if (authority.port.value_or(http_port) != port) return false;
    if (!authority.address) {
        // A name that resolves to us says nothing: whoever owns it may have pointed it here (DNS rebinding).
        return authority.host == "localhost" || equal_ignoring_case(authority.host, settings_.bind_host);
    }
    if (authority.address->is_loopback() || authority.address == bind_address_)
        return !authority.address->is_unspecified();
    // Bound to every address we don't know which ones are ours; but an address, unlike a name, can't be pointed
    // elsewhere.
    return bind_address_ && bind_address_->is_unspecified() && !authority.address->is_unspecified();
}

bool Door::is_allowed_origin(std::string_view text, std::uint16_t port) const {
    const auto origin = Origin::parse(text);
    if (!origin) return false;
    const auto& allowed = settings_.allowed_origins;
    if (std::find(allowed.begin(), allowed.end(), *origin) != allowed.end()) return true;
    if (settings_.public_origin && *origin == *settings_.public_origin) return true;
    if (origin->scheme != "http" && origin->scheme != "https") return false;
    // Not by way of the public host: a page that came over plain http must not stand for its https origin.
    const bool is_public_name =
        settings_.public_origin && origin->authority.host == settings_.public_origin->authority.host;
    return !is_public_name && is_our_host(origin->authority, port);
}

bool Door::is_own_origin(const Knock& knock) const {
    const auto host = knock.host ? Authority::parse(*knock.host) : std::nullopt;
    if (!knock.origin || !host) return false;
    const auto origin = Origin::parse(*knock.origin);
    if (!origin) return false;
    if (settings_.public_origin && *origin == *settings_.public_origin) return true;
    return origin->scheme == "http" && origin->authority.host == host->host &&
           origin->authority.port == host->port.value_or(http_port) && is_allowed_origin(*knock.origin, knock.port);
}

std::optional<std::string> Door::principal_of_token(std::string_view token) const {
    return settings_.tokens.principal_of(token);
}

std::string Door::client_of(const Knock& knock) const {
    const auto peer = Address::parse(knock.peer_address);
    if (!peer) return "address:unknown";
    return "address:" + client_behind(*peer, knock.forwarded, settings_.trusted_proxies).address.budget_key();
}

Result<std::string> Door::principal_of(const Knock& knock) const {
    if (asks_for_token()) {
        std::optional<std::string_view> token;
        if (knock.authorization) {
            token = bearer_token(*knock.authorization);
        } else if (settings_.query_tokens) {
            token = knock.query_token;
        }
        if (!token || token->size() > longest_token) return unauthenticated();
        auto principal = settings_.tokens.principal_of(*token);
        if (!principal) return unauthenticated();
        return *std::move(principal);
    }
    if (!Address::parse(knock.peer_address)) return fail(Errc::internal, "The client's address is not known.");
    return client_of(knock);
}

Visitor local_operator() { return {"local", true, unlimited_turns()}; }

}  // namespace flux::admission
