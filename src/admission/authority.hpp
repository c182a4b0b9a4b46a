#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admission/address.hpp"
#include "base/result.hpp"

namespace flux::admission {

/// Host and port as a `Host` header or an origin holds them, in one canonical form.
struct Authority {
    std::string host;                ///< lower case, without a trailing dot; addresses as `Address::text` has them
    std::optional<Address> address;  ///< if `host` is one
    std::optional<std::uint16_t> port;

    /// `example.com`, `example.com:8443`, `127.0.0.1:8787`, `[::1]:8787`. No user info, no other form of an address
    /// (`0x7f.1`, `2130706433`), since browsers and resolvers read those differently.
    static std::optional<Authority> parse(std::string_view text);

    bool operator==(const Authority&) const = default;
};

}  // namespace flux::admission
