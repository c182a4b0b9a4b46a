// What a client can write into `Host`, `Origin`, `X-Forwarded-For` and `X-Forwarded-Proto`.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "admission/door.hpp"
#include "base/clock.hpp"

namespace flux::admission {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

const Door& door(bool https_only = false) {
    static const auto make = [](bool strict) {
        DoorSettings settings;
        settings.public_origin = *Origin::of_url("https://flux.example.com");
        settings.trusted_proxies = {*AddressRange::parse("10.0.0.0/8")};
        settings.https_only = strict;
        return Door{std::move(settings), system_clock()};
    };
    static const Door open = make(false);
    static const Door strict = make(true);
    return https_only ? strict : open;
}

void check(std::string_view text) {
    if (const auto address = Address::parse(text)) require(Address::parse(address->text()) == address);
    if (const auto authority = Authority::parse(text)) {
        require(authority->host.find_first_of(" \r\n\t@/\\?#%") == std::string::npos);
    }
    if (const auto origin = Origin::parse(text)) require(*Origin::parse(origin->text()) == *origin);
    static_cast<void>(AddressRange::parse(text));
    static_cast<void>(Tokens::parse(Secret{std::string{text}}));

    Knock knock;
    knock.port = 8787;
    knock.peer_address = "10.0.0.1";
    knock.host = "localhost:8787";
    knock.forwarded.for_hops = text;
    require(door().admit(knock).has_value());
    // Behind the proxy stands nobody who came over https, unless the proxy says so.
    knock.forwarded = {"203.0.113.7", text};
    if (door(true).check_origin(knock)) {
        require(text.find_first_of("sS") != std::string_view::npos);
    }
    knock.forwarded = {};

    const auto split_at = text.find('\n');
    knock.host = text.substr(0, split_at);
    knock.origin = split_at == std::string_view::npos ? std::string_view{} : text.substr(split_at + 1);
    if (door().check_origin(knock)) {
        const auto host = Authority::parse(*knock.host);
        require(host && (host->host == "localhost" || host->host == "flux.example.com" ||
                         (host->address && host->address->is_loopback())));
    }
}

}  // namespace
}  // namespace flux::admission

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    flux::admission::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
