#include "net/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace flux::net {

namespace {

/// The first of these variables that is set to something.
std::string variable(std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        const auto* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return {};
}

struct Address {
    int family = AF_INET;
    std::array<std::uint8_t, 16> bytes{};
};

std::optional<Address> address_from(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const std::string written{text};
    Address address;
    if (::inet_pton(AF_INET, written.c_str(), address.bytes.data()) == 1) return address;
    address.family = AF_INET6;
    if (::inet_pton(AF_INET6, written.c_str(), address.bytes.data()) == 1) return address;
    return {};
}

/// `entry` is an address, or a block of them as `10.0.0.0/8`.
bool holds(std::string_view entry, const Address& host) {
    const auto slash = entry.find('/');
    const auto block = address_from(entry.substr(0, slash));
    if (!block || block->family != host.family) return false;
    const std::int64_t all = host.family == AF_INET ? 32 : 128;
    auto bits = all;
    if (slash != std::string_view::npos) {
        const auto given = to_integer(entry.substr(slash + 1));
        if (!given || *given < 0 || *given > all) return false;
        bits = *given;
    }
    for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
        const auto mask = bits >= 8 ? 0xffU : 0xffU << static_cast<unsigned>(8 - bits) & 0xffU;
        if (((block->bytes[i] ^ host.bytes[i]) & mask) != 0) return false;
    }
    return true;
}

std::string_view without_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

/// `entry` is the name itself or a domain above it, with or without a dot before it.
bool names(std::string_view entry, std::string_view host) {
    entry = without_dot(entry);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || entry.size() > host.size()) return false;
    const auto rest = host.size() - entry.size();
    return equal_ignoring_case(host.substr(rest), entry) && (rest == 0 || host[rest - 1] == '.');
}

bool is_excepted(std::string_view host) {
    const auto list = variable({"no_proxy", "NO_PROXY"});
    if (list == "*") return true;
    const auto address = address_from(host);
    host = without_dot(host);
    for (std::size_t at = 0; at < list.size();) {
        const auto end = std::min(list.find_first_of(", \t", at), list.size());
        const auto entry = std::string_view{list}.substr(at, end - at);
        if (address ? holds(entry, *address) : names(entry, host)) return true;
        at = end + 1;
    }
    return false;
}

}  // namespace

bool goes_through_proxy(const Url& url) {
    const auto proxy = url.scheme() == "https" ? variable({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                                               : variable({"http_proxy", "all_proxy", "ALL_PROXY"});
    return !proxy.empty() && !is_excepted(url.host());
}

}  // namespace flux::net
