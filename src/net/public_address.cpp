#include "net/public_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>

namespace flux::net {

namespace {

struct Range4 {
    std::uint32_t base;
    int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array special_v4{
    Range4{v4(0, 0, 0, 0), 8},      Range4{v4(10, 0, 0, 0), 8},     Range4{v4(100, 64, 0, 0), 10},
    Range4{v4(127, 0, 0, 0), 8},    Range4{v4(169, 254, 0, 0), 16}, Range4{v4(172, 16, 0, 0), 12},
    Range4{v4(192, 0, 0, 0), 24},   Range4{v4(192, 0, 2, 0), 24},   Range4{v4(192, 88, 99, 0), 24},
    Range4{v4(192, 168, 0, 0), 16}, Range4{v4(198, 18, 0, 0), 15},  Range4{v4(198, 51, 100, 0), 24},
    Range4{v4(203, 0, 113, 0), 24}, Range4{v4(224, 0, 0, 0), 4},    Range4{v4(240, 0, 0, 0), 4},
};

bool is_public_v4(std::uint32_t address) {
    for (const auto& range : special_v4) {
        if ((address ^ range.base) >> (32U - static_cast<unsigned>(range.bits)) == 0) return false;
    }
    return true;
}

std::uint32_t v4_at(std::span<const std::uint8_t, 16> bytes, std::size_t at) {
    return v4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool begins(std::span<const std::uint8_t, 16> bytes, std::initializer_list<std::uint8_t> prefix) {
    return std::memcmp(bytes.data(), std::data(prefix), prefix.size()) == 0;
}

/// What `rule4` or `rule6` say of the address.
template <class Rule4, class Rule6>
bool judge(const sockaddr& address, Rule4 rule4, Rule6 rule6) {
    if (address.sa_family == AF_INET) {
        sockaddr_in given{};
        std::memcpy(&given, &address, sizeof given);
        return rule4(ntohl(given.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 given{};
        std::memcpy(&given, &address, sizeof given);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &given.sin6_addr, bytes.size());
        return rule6(std::span<const std::uint8_t, 16>{bytes});
    }
    return false;
}

/// The IPv4 address that an IPv6 one leads to: IPv4-mapped, NAT64, 6to4.
std::optional<std::uint32_t> v4_inside(std::span<const std::uint8_t, 16> bytes) {
    if (begins(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return v4_at(bytes, 12);
    if (begins(bytes, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return v4_at(bytes, 12);
    if (begins(bytes, {0x20, 0x02})) return v4_at(bytes, 2);
    return {};
}

bool is_link_local_v4(std::uint32_t address) { return address >> 16U == v4(169, 254, 0, 0) >> 16U; }

bool is_link_local_v6(std::span<const std::uint8_t, 16> bytes) {
    if (const auto inside = v4_inside(bytes)) return is_link_local_v4(*inside);
    return bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

bool is_public_v6(std::span<const std::uint8_t, 16> bytes) {
    if (const auto inside = v4_inside(bytes)) return is_public_v4(*inside);
    if (begins(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;                 // documentation
    if (begins(bytes, {0x20, 0x01}) && (bytes[2] & 0xfeU) == 0) return false;  // 2001::/23: protocols, Teredo
    // Only 2000::/3 is global unicast.
    return (bytes[0] & 0xe0U) == 0x20;
}

}  // namespace

bool is_public_address(const sockaddr& address) { return judge(address, is_public_v4, is_public_v6); }

bool is_link_local_address(const sockaddr& address) { return judge(address, is_link_local_v4, is_link_local_v6); }

}  // namespace flux::net
