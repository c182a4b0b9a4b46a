#include "admission/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/text.hpp"

namespace flux::admission {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int mapped_bits = 96;

std::string text_of_v6(const std::array<std::uint8_t, 16>& bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const auto zone = text.find('%');
    if (zone != std::string_view::npos && text.find(':') < zone) text = text.substr(0, zone);
    // inet_pton wants an end, and would stop at a NUL that we haven't seen.
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string terminated{text};

    Address address;
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + mapped_prefix.size()) == 1) return address;
    return std::nullopt;
}

bool Address::is_v4() const { return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin()); }

bool Address::is_loopback() const {
    if (is_v4()) return bytes_[12] == 127;
    return std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; }) && bytes_.back() == 1;
}

bool Address::is_unspecified() const {
    const auto begin = is_v4() ? bytes_.begin() + 12 : bytes_.begin();
    return std::all_of(begin, bytes_.end(), [](auto byte) { return byte == 0; });
}

std::string Address::text() const {
    if (is_v4()) return fmt::format("{}.{}.{}.{}", bytes_[12], bytes_[13], bytes_[14], bytes_[15]);
    return text_of_v6(bytes_);
}

std::string Address::budget_key() const {
    if (is_v4()) return text();
    auto network = bytes_;
    std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
    return text_of_v6(network) + "/64";
}

Result<AddressRange> AddressRange::parse(std::string_view text) {
    const auto refuse = [&] {
        return fail(Errc::invalid_argument,
                    fmt::format("`{}` is no address (192.0.2.7, 2001:db8::7) and no range of them (192.0.2.0/24).",
                                shortened(text, 60)));
    };
    const auto slash = text.find('/');
    const auto base = Address::parse(text.substr(0, slash));
    if (!base) return refuse();

    AddressRange range;
    range.base_ = *base;
    if (slash == std::string_view::npos) return range;
    const auto bits = to_integer(text.substr(slash + 1));
    const bool written_as_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    if (!bits || *bits < 0 || *bits > (written_as_v4 ? 32 : 128)) return refuse();
    range.bits_ = static_cast<int>(*bits) + (written_as_v4 ? mapped_bits : 0);
    return range;
}

bool AddressRange::contains(const Address& address) const {
    // `::/0` is every IPv6 address, but the mapped form is our way to write IPv4, not a part of it.
    if (address.is_v4() != base_.is_v4()) return false;
    const auto whole = static_cast<std::size_t>(bits_ / 8);
    if (!std::equal(base_.bytes_.begin(), base_.bytes_.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes_.begin())) {
        return false;
    }
    const auto rest = bits_ % 8;
    if (rest == 0) return true;
    return (base_.bytes_[whole] ^ address.bytes_[whole]) >> (8 - rest) == 0;
}

bool is_loopback_host(std::string_view host) {
    if (equal_ignoring_case(host, "localhost")) return true;
    const auto address = Address::parse(host);
    return address && address->is_loopback();
}

}  // namespace flux::admission
