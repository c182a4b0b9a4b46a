#pragma once

#include <string_view>

namespace flux::tools {

/// How much a line of a failed step looks like the reason: 0 not at all, 3 an assertion or a compiler's error. Cheap
/// enough for thousands of lines; the real search for causes is the diagnosis engine's.
int failure_weight(std::string_view line);

}  // namespace flux::tools
