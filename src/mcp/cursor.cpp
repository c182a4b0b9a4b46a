#include "mcp/cursor.hpp"

#include <fmt/format.h>

#include "base/base64.hpp"

namespace flux::mcp {

namespace {

constexpr std::size_t most_bytes = 2048;

}  // namespace

std::string cursor_text(const Cursor& cursor) {
    return to_base64url(fmt::format("{}\n{}\n{}", cursor.list, cursor.after, cursor.inside));
}

std::optional<Cursor> read_cursor(std::string_view text, std::string_view list) {
    if (text.size() > most_bytes) return {};
    const auto said = from_base64url(text);
    if (!said) return {};
    const auto first = said->find('\n');
    if (first == std::string::npos || said->substr(0, first) != list) return {};
    const auto second = said->find('\n', first + 1);
    if (second == std::string::npos) return {};
    return Cursor{said->substr(0, first), said->substr(first + 1, second - first - 1), said->substr(second + 1)};
}

}  // namespace flux::mcp
