#include "admission/client_address.hpp"

#include <algorithm>

#include "admission/authority.hpp"
#include "base/text.hpp"

namespace flux::admission {

namespace {

/// A hop as proxies write it: an address, maybe with the port of its connection.
std::optional<Address> read_hop(std::string_view text) {
    if (const auto address = Address::parse(text)) return address;
    const auto authority = Authority::parse(text);
    return authority ? authority->address : std::nullopt;
}

}  // namespace

Address client_address(const Address& peer, std::optional<std::string_view> forwarded_for,
                       std::span<const AddressRange> trusted_proxies) {
    const auto is_trusted = [&](const Address& address) {
        return std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                           [&](const auto& range) { return range.contains(address); });
    };
    auto client = peer;
    auto rest = forwarded_for.value_or("");
    while (!rest.empty() && is_trusted(client)) {
        const auto comma = rest.rfind(',');
        const auto hop = read_hop(trimmed(rest.substr(comma == std::string_view::npos ? 0 : comma + 1)));
        if (!hop) break;
        client = *hop;
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    }
    return client;
}

}  // namespace flux::admission
