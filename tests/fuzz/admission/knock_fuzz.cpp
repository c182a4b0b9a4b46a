// What a client can write into `Host`, `Origin` and `X-Forwarded-For`.

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

const Door& door() {
    static const Door instance = [] {
        DoorSettings settings;
        settings.public_origin = *Origin::of_url("https://flux.example.com");
        settings.trusted_proxies = {*AddressRange::parse("10.0.0.0/8")};
        return Door{std::move(settings), system_clock()};
    }();
    return instance;
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
    knock.forwarded_for = text;
    require(door().admit(knock).has_value());

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
