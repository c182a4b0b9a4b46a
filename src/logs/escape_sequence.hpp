#pragma once

#include <cstddef>
#include <string_view>

namespace flux::logs {

/// An escape sequence at the front of a text.
struct EscapeSequence {
    std::size_t length = 0;  ///< 0: the text begins with none
    bool colours = false;    ///< SGR, `ESC [ digits ; : m`, and nothing else
    std::string_view body;   ///< of an SGR: its parameters and the `m`
};

/// The sequence at the front of `text`, by ECMA-48 and what terminals make of it: CSI, the strings OSC, DCS, SOS, PM
/// and APC with their ends (BEL or ST), two-character escapes, and the one-character forms of C1 in UTF-8. A sequence
/// that the line cuts off reaches to its end; one that is broken off by a character which can't belong to it ends
/// before that.
EscapeSequence escape_sequence_at(std::string_view text);

}  // namespace flux::logs
