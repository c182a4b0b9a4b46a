#include "transport/target.hpp"

namespace flux::transport {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus_is_space) c = ' ';
        if (text[i] == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return std::nullopt;
        result += c;
    }
    return result;
}

/// Calls `visit(name, value)` for each parameter until it returns true.
template <class Visit>
void each_parameter(std::string_view query, Visit visit) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (visit(pair.substr(0, equals), value)) return;
    }
}

}  // namespace

Target::Target(std::string_view text) {
    const auto mark = text.find('?');
    path = text.substr(0, mark);
    if (mark != std::string_view::npos) query = text.substr(mark + 1);
}

std::optional<std::string> percent_decoded(std::string_view text) { return decoded(text, false); }

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    std::optional<std::string> found;
    each_parameter(query, [&](std::string_view known, std::string_view value) {
        if (known != name && decoded(known, true) != name) return false;
        found = decoded(value, true);
        return true;
    });
    return found;
}

std::string without_secrets(std::string_view target) {
    const Target parts{target};
    std::string result{parts.path};
    char separator = '?';
    each_parameter(parts.query, [&](std::string_view name, std::string_view value) {
        const auto plain = decoded(name, true).value_or("token");
        result += separator;
        result += name;
        result += '=';
        result += plain == "token" || plain == "ticket" ? "..." : value;
        separator = '&';
        return false;
    });
    return result;
}

}  // namespace flux::transport
