#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace flux::admission {

/// An IP address. IPv4 and its IPv6-mapped form (`::ffff:1.2.3.4`) are the same address.
class Address {
public:
    /// `127.0.0.1`, `::1`, `[::1]`, `fe80::1%eth0` (the zone is dropped). Only the canonical four decimals for IPv4.
    static std::optional<Address> parse(std::string_view text);

    bool is_v4() const;
    bool is_loopback() const;
    bool is_unspecified() const;  ///< `0.0.0.0`, `::`

    std::string text() const;

    /// Who shares one budget: the address itself for IPv4, its /64 network for IPv6 (`2001:db8:1:2::/64`).
    std::string budget_key() const;

    bool operator==(const Address&) const = default;

private:
    friend class AddressRange;
    std::array<std::uint8_t, 16> bytes_{};
};

/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, or one address.
class AddressRange {
public:
    static Result<AddressRange> parse(std::string_view text);

    bool contains(const Address& address) const;

private:
    Address base_;
    int bits_ = 128;
};

/// Whether what `FLUX_HOST` names is reached from this machine only: `localhost` or a loopback address.
bool is_loopback_host(std::string_view host);

}  // namespace flux::admission
