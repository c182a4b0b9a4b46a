#include "admission/origin.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace flux::admission {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_scheme(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

auto refuse(std::string_view text) {
    return fail(Errc::invalid_argument,
                fmt::format("`{}` is no origin: it has to look like https://example.com or http://localhost:5173.",
                            shortened(to_utf8(text), 100)));
}

}  // namespace

Result<Origin> Origin::parse(std::string_view text) {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return refuse(text);
    auto authority = Authority::parse(text.substr(colon + 3));
    if (!authority) return refuse(text);
    Origin origin{ascii_lower(text.substr(0, colon)), *std::move(authority)};
    if (!origin.authority.port && origin.scheme == "http") origin.authority.port = http_port;
    if (!origin.authority.port && origin.scheme == "https") origin.authority.port = https_port;
    return origin;
}

Result<Origin> Origin::of_url(std::string_view url) {
    const auto authority_at = url.find("://");
    if (authority_at == std::string_view::npos) return refuse(url);
    const auto end = url.find_first_of("/?#", authority_at + 3);
    auto origin = parse(url.substr(0, end));
    if (origin && origin->scheme != "http" && origin->scheme != "https") return refuse(url);
    return origin;
}

std::string Origin::text() const {
    const bool is_v6 = authority.address && !authority.address->is_v4();
    auto out = fmt::format(fmt::runtime(is_v6 ? "{}://[{}]" : "{}://{}"), scheme, authority.host);
    const bool is_default =
        (scheme == "http" && authority.port == http_port) || (scheme == "https" && authority.port == https_port);
    if (authority.port && !is_default) out += fmt::format(":{}", *authority.port);
    return out;
}

}  // namespace flux::admission
