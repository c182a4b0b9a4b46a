#include "mcp/uri_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"

namespace flux::mcp {

namespace {

constexpr std::string_view ends_of_variable = "/?#";

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return {};
}

/// Nothing for a broken escape, and for what isn't UTF-8 behind it.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return {};
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return {};
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    if (!is_utf8(out)) return {};
    return out;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw std::invalid_argument{fmt::format("the URI template {}: {}", text, why)};
}

}  // namespace

UriTemplate::UriTemplate(std::string_view text) : text_{text} {
    auto rest = text;
    for (;;) {
        const auto open = rest.find('{');
        Part part{std::string{rest.substr(0, open)}, {}};
        if (open == std::string_view::npos) {
            parts_.push_back(std::move(part));
            break;
        }
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos) refuse(text, "a brace stays open");
        const auto inside = rest.substr(open + 1, close - open - 1);
        rest.remove_prefix(close + 1);
        if (inside.starts_with('?')) {
            if (!rest.empty()) refuse(text, "nothing may follow the query");
            for (const auto name : split(inside.substr(1), ',')) in_query_.emplace_back(name);
            parts_.push_back(std::move(part));
            break;
        }
        if (!rest.empty() && ends_of_variable.find(rest.front()) == std::string_view::npos && !rest.starts_with("{?")) {
            refuse(text, "a variable has to fill its part of the path to the end");
        }
        part.variable = inside;
        variables_.push_back(part.variable);
        parts_.push_back(std::move(part));
    }
    variables_.insert(variables_.end(), in_query_.begin(), in_query_.end());
    for (const auto& name : variables_) {
        if (!is_name(name)) refuse(text, "a variable's name has letters, digits and underscores only");
    }
}

std::optional<NamedTexts> UriTemplate::match(std::string_view uri) const {
    std::string_view query;
    if (!in_query_.empty()) {
        const auto mark = uri.find('?');
        if (mark != std::string_view::npos) {
            query = uri.substr(mark + 1);
            uri = uri.substr(0, mark);
        }
    }
    NamedTexts found;
    for (const auto& part : parts_) {
        if (!uri.starts_with(part.literal)) return {};
        uri.remove_prefix(part.literal.size());
        if (part.variable.empty()) continue;
        const auto end = std::min(uri.find_first_of(ends_of_variable), uri.size());
        auto value = percent_decoded(uri.substr(0, end));
        if (!value || value->empty()) return {};
        found.set(part.variable, *std::move(value));
        uri.remove_prefix(end);
    }
    if (!uri.empty()) return {};
    if (query.empty()) return found;
    for (const auto pair : split(query, '&')) {
        const auto equals = pair.find('=');
        const auto name = pair.substr(0, equals);
        const bool known = std::find(in_query_.begin(), in_query_.end(), name) != in_query_.end();
        if (!known || equals == std::string_view::npos || found.find(name) != nullptr) return {};
        auto value = percent_decoded(pair.substr(equals + 1));
        if (!value) return {};
        found.set(std::string{name}, *std::move(value));
    }
    return found;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace flux::mcp
