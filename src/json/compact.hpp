#pragma once

#include <string>
#include <string_view>

namespace flux::json {

/// Checked JSON without the blanks between its parts: on one line, as line-framed transports need it.
std::string compact(std::string_view json);

}  // namespace flux::json
