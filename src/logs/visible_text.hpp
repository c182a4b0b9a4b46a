#pragma once

#include <string>
#include <string_view>

namespace flux::logs {

/// What may stay of a log line's escape sequences.
enum class Escapes {
    none,     ///< for models and files
    colours,  ///< SGR (`ESC [ … m`) alone, for terminals; a line that sets one ends with a reset
};

/// One line of a log as a reader may see it: no cursor movement, no title or link sequences, no control characters but
/// tabs, no invisible or direction-changing characters, and of what a carriage return overwrote only what was left.
/// The input is untrusted; the result is well-formed UTF-8.
std::string visible_text(std::string_view line, Escapes keep);

}  // namespace flux::logs
