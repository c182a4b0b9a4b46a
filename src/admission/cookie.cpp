#include "admission/cookie.hpp"

#include "base/text.hpp"

namespace flux::admission {

std::optional<std::string_view> only_cookie(std::string_view field, std::string_view name) {
    std::optional<std::string_view> found;
    while (!field.empty()) {
        const auto end = field.find(';');
        const auto pair = trimmed(field.substr(0, end));
        field.remove_prefix(end == std::string_view::npos ? field.size() : end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        if (found) return std::nullopt;
        found = pair.substr(equals + 1);
    }
    return found;
}

}  // namespace flux::admission
