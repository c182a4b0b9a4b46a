#include "previews/site_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "previews/slug.hpp"

namespace flux::previews {

namespace {

bool is_port(std::string_view text) {
    const auto number = to_integer(text);
    return number && *number > 0 && *number <= 65535 && text.size() <= 5;
}

bool is_domain(std::string_view text) {
    const auto labels = split(text, '.');
    return std::all_of(labels.begin(), labels.end(), is_label);
}

/// `Host` without its port, in lower case and without a trailing dot; empty if malformed.
std::string host_name(std::string_view host) {
    auto name = host;
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
        if (!is_port(host.substr(colon + 1))) return {};
        name = host.substr(0, colon);
    }
    auto lower = ascii_lower(name);
    if (lower.ends_with('.')) lower.pop_back();
    return lower;
}

bool is_loopback(const std::string& name) {
    if (name == "localhost" || name == "[::1]") return true;
    std::array<unsigned char, 4> address{};
    return name.find('\0') == std::string::npos && ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 &&
           address[0] == 127;
}

}  // namespace

Result<WildcardOrigin> WildcardOrigin::parse(std::string_view text) {
    const auto refuse = [&] {
        return fail(Errc::invalid_argument,
                    fmt::format("`{}` is no origin for previews: it has to look like https://*.previews.example.com.",
                                shortened(to_utf8(text), 100)));
    };
    WildcardOrigin origin;
    auto rest = text;
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!rest.starts_with(scheme)) continue;
        origin.scheme_ = scheme;
        rest.remove_prefix(scheme.size());
        break;
    }
    if (origin.scheme_.empty() || !rest.starts_with("*.")) return refuse();
    rest.remove_prefix(1);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        origin.port_ = rest.substr(colon);
        rest = rest.substr(0, colon);
        if (!is_port(origin.port_.substr(1))) return refuse();
    }
    origin.suffix_ = ascii_lower(rest);
    if (!is_domain(std::string_view{origin.suffix_}.substr(1))) return refuse();
    return origin;
}

std::string WildcardOrigin::url_of(std::string_view label) const {
    return fmt::format("{}{}{}{}/", scheme_, label, suffix_, port_);
}

SiteAddresses::SiteAddresses(std::uint16_t port, std::optional<WildcardOrigin> public_origin)
    : port_{port}, public_origin_{std::move(public_origin)} {}

std::string SiteAddresses::url_of(std::string_view label) const {
    return public_origin_ ? public_origin_->url_of(label) : fmt::format("http://{}.localhost:{}/", label, port_);
}

std::string SiteAddresses::path_url_of(std::string_view id) const {
    return public_origin_ ? std::string{} : fmt::format("http://127.0.0.1:{}/p/{}/", port_, id);
}

PreviewHost read_preview_host(std::string_view host, const std::optional<WildcardOrigin>& public_origin) {
    const auto name = host_name(host);
    if (is_loopback(name)) return {PreviewHost::Kind::by_path, {}};

    const auto label_before = [&](std::string_view suffix) -> std::optional<std::string> {
        if (!name.ends_with(suffix)) return std::nullopt;
        auto label = name.substr(0, name.size() - suffix.size());
        if (!is_label(label)) return std::nullopt;
        return label;
    };
    auto label = label_before(".localhost");
    if (!label && public_origin) label = label_before(public_origin->suffix());
    if (label) return {PreviewHost::Kind::label, *std::move(label)};
    return {PreviewHost::Kind::foreign, {}};
}

}  // namespace flux::previews
