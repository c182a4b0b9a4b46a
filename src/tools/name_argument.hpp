#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "json/arguments.hpp"

namespace flux::tools {

/// An argument that names a job or a step: text, or a number as text.
Result<std::optional<std::string>> name_or_number(const json::Arguments& arguments, std::string_view name);

}  // namespace flux::tools
