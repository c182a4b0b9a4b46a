#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "admission/address.hpp"

namespace flux::admission {

/// What proxies say of a request. Each is all fields of that name, joined by commas in their order.
struct Forwarded {
    std::optional<std::string_view> for_hops = {};  ///< `X-Forwarded-For`
    std::optional<std::string_view> protos = {};    ///< `X-Forwarded-Proto`
};

/// Who is behind a connection, and how they asked.
struct Client {
    Address address;
    /// By which scheme they asked the outermost of our proxies, as it was written; empty where no trusted one says so.
    std::optional<std::string_view> scheme;
};

/// The peer itself, or, when the peer is a trusted proxy, the right-most hop that isn't one. Whatever stands left of a
/// hop that we don't trust, or can't read, is hearsay and ignored: of the hops as of the schemes, of which each proxy
/// adds one or, as most do, hands on what the one before it said.
Client client_behind(const Address& peer, const Forwarded& forwarded, std::span<const AddressRange> trusted_proxies);

}  // namespace flux::admission
