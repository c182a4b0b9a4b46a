#pragma once

#include <cstddef>
#include <string_view>

namespace flux::logs {

/// How many line feeds are in `text`: at the speed of memory.
std::size_t count_line_feeds(std::string_view text);

}  // namespace flux::logs
