#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flux::tools {

/// Text of a build or a repository between two marks that it cannot have guessed, named as what it is: data. `text`
/// ends with a line feed.
std::string fenced(std::string_view text);

/// What the marks take beside the text, in bytes.
inline constexpr std::size_t fence_cost = 130;

}  // namespace flux::tools
