#pragma once

#include <cstddef>
#include <string>

namespace flux::mcp {

/// Makes one line of the JSON in `text` from `begin` on, as streams need it (stdio transport: no newlines within a
/// message). Inside strings line ends are escaped; those that are left stand between the parts, and become blanks.
void make_one_line(std::string& text, std::size_t begin);

}  // namespace flux::mcp
