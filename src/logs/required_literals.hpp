#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flux::logs {

/// Texts of at least three bytes of which every match of `expression` (RE2, matching case) contains one: what a quick
/// search looks for before the expression is tried. Empty where there are none, or where finding them needs more than a
/// look.
std::vector<std::string> required_literals(std::string_view expression);

}  // namespace flux::logs
