#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "observe/log.hpp"
#include "observe/log_field.hpp"

namespace flux::observe {

/// One event as one line, LF included, in the given format.
std::string log_line(LogFormat format, WallTime time, LogLevel level, std::string_view message,
                     std::span<const LogField> fields);

/// Appends `text` as a JSON string that holds no character which could end a line, move a cursor or hide text.
/// Malformed UTF-8 becomes U+FFFD; of text beyond `limit` bytes only the front is kept, with a mark.
void append_json_string(std::string& out, std::string_view text, std::size_t limit = 8192);

}  // namespace flux::observe
