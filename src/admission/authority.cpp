#include "admission/authority.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace flux::admission {

namespace {

constexpr std::size_t longest_name = 253;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Whether a browser would read `name` as an IPv4 address in one of its older notations: its last label is a number.
bool ends_in_number(std::string_view name) {
    const auto label = name.substr(name.rfind('.') + 1);
    if (label.starts_with("0x")) return true;
    return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint16_t> read_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || text.front() == '-') return std::nullopt;
    const auto number = to_integer(text);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

}  // namespace

std::optional<Authority> Authority::parse(std::string_view text) {
    Authority result;
    std::string_view host = text;
    std::string_view behind;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(0, end + 1);
        behind = text.substr(end + 1);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        behind = text.substr(colon);
    }
    if (!behind.empty()) {
        if (behind.front() != ':') return std::nullopt;
        result.port = read_port(behind.substr(1));
        if (!result.port) return std::nullopt;
    }

    // A zone names one of our interfaces and has no business in what a client sends.
    if (host.find('%') != std::string_view::npos) return std::nullopt;
    result.address = Address::parse(host);
    if (result.address) {
        result.host = result.address->text();
        return result;
    }
    result.host = ascii_lower(host);
    if (result.host.ends_with('.')) result.host.pop_back();
    const bool is_name = !result.host.empty() && result.host.size() <= longest_name &&
                         std::all_of(result.host.begin(), result.host.end(), is_name_character);
    const bool has_empty_label =
        result.host.starts_with('.') || result.host.ends_with('.') || result.host.find("..") != std::string::npos;
    if (!is_name || has_empty_label || ends_in_number(result.host)) return std::nullopt;
    return result;
}

}  // namespace flux::admission
