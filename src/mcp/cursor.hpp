#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flux::mcp {

/// Where a list goes on. It names what was shown last instead of counting it, so a cursor stays good while something is
/// added elsewhere in the list, and after a restart.
struct Cursor {
    std::string list;         ///< `tools`, `resources`, …
    std::string after;        ///< the entry, or the family of entries
    std::string inside = {};  ///< where a family goes on
};

/// Opaque to whoever gets it.
std::string cursor_text(const Cursor& cursor);

/// Nothing for what `cursor_text` didn't write for this list.
std::optional<Cursor> read_cursor(std::string_view text, std::string_view list);

}  // namespace flux::mcp
