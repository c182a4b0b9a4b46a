#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "admission/address.hpp"

namespace flux::admission {

/// Who is behind a connection: the peer, or, when the peer is a trusted proxy, the right-most hop of `forwarded_for`
/// that isn't one. Whatever stands left of a hop that we don't trust, or can't read, is hearsay and ignored.
Address client_address(const Address& peer, std::optional<std::string_view> forwarded_for,
                       std::span<const AddressRange> trusted_proxies);

}  // namespace flux::admission
