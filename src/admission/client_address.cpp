#include "admission/client_address.hpp"

#include <algorithm>
#include <cstddef>

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

/// Takes the last item off a list that isn't empty.
std::string_view take_last(std::string_view& list) {
    const auto comma = list.rfind(',');
    const auto last = list.substr(comma == std::string_view::npos ? 0 : comma + 1);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    return trimmed(last);
}

/// The item that the outermost of `proxies` wrote; the first one, if they wrote fewer.
std::optional<std::string_view> written_by_outermost(std::string_view list, std::size_t proxies) {
    std::optional<std::string_view> item;
    for (; proxies > 0 && !list.empty(); --proxies) item = take_last(list);
    return item;
}

}  // namespace

Client client_behind(const Address& peer, const Forwarded& forwarded, std::span<const AddressRange> trusted_proxies) {
    const auto is_trusted = [&](const Address& address) {
        return std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                           [&](const auto& range) { return range.contains(address); });
    };
    Client client{peer, {}};
    std::size_t proxies = is_trusted(peer) ? 1 : 0;
    auto hops = forwarded.for_hops.value_or("");
    while (proxies > 0 && !hops.empty()) {
        const auto hop = read_hop(take_last(hops));
        if (!hop) break;
        client.address = *hop;
        if (!is_trusted(*hop)) break;
        ++proxies;
    }
    client.scheme = written_by_outermost(forwarded.protos.value_or(""), proxies);
    return client;
}

}  // namespace flux::admission
