#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flux::net {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// Which addresses a request may connect to. The address that is checked is the one that is connected to, so a name
/// that resolves differently the second time gains nothing. Where a proxy leads to the host (goes_through_proxy()), it
/// is the proxy that is connected to, and it decides where the request goes.
enum class Reach {
    anywhere,
    not_link_local,  ///< where clouds keep the credentials of their machines
    public_only,     ///< no loopback, private, link-local, carrier or multicast address
};

/// One request. Redirects are never followed: what a 3xx means is the caller's to say, because only he knows where his
/// credentials may go.
struct HttpRequest {
    std::string method = "GET";
    std::string url;
    HttpFields fields;
    std::string body;
    Reach reach = Reach::anywhere;
    /// Whether the request may be sent again when a kept connection turns out to be dead. Never set it for what must
    /// not happen twice: without it the request gets a connection of its own.
    bool repeatable = true;
    bool compressed = true;  ///< ask for gzip; not with `Range`

    std::chrono::milliseconds connect_limit{5'000};
    std::chrono::milliseconds total_limit{30'000};           ///< 0: none, but see `idle_limit`
    std::chrono::seconds idle_limit{30};                     ///< without a byte from the other side
    std::size_t body_limit = std::size_t{16} * 1024 * 1024;  ///< of a reply that is read whole, decoded
};

struct HttpReply {
    int status = 0;
    HttpFields fields;  ///< names in lower case, in the order received
    std::string body;   ///< empty where it is read piece by piece

    /// The first field of that lower-case name.
    std::optional<std::string_view> field(std::string_view name) const;
};

/// `Error::reason` of requests that failed below HTTP.
inline constexpr std::string_view not_sent = "not_sent";        ///< the other side has not seen the request
inline constexpr std::string_view answer_lost = "answer_lost";  ///< it may have seen it, and acted
inline constexpr std::string_view address_refused = "address_refused";

}  // namespace flux::net
