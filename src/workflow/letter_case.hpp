#pragma once

#include <string>
#include <string_view>

namespace flux::workflow {

/// UTF-8 text in upper case, one character for one: two texts that the expression language holds equal become the same.
/// As in .NET's ordinal comparison, `ı` and `ß` stay. Knows the Latin, Greek, Cyrillic and Armenian letters.
std::string folded(std::string_view text);

}  // namespace flux::workflow
