#pragma once

#include <string>

#include "json/raw.hpp"

namespace flux::json {

/// The one spelling of a value: no blanks, members sorted by name, strings with the fewest escapes, whole numbers as
/// such. Two texts that say the same thing become equal; other numbers stay as they were written. Empty for what is
/// absent. Recursive, so only for what passed the strict pre-pass, which bounds the depth.
std::string canonical(Raw value);

}  // namespace flux::json
