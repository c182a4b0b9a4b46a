#pragma once

#include <string>
#include <string_view>

namespace flux::json {

/// The text that `raw`, the inside of a JSON string that passed the strict pre-pass, stands for.
std::string unescaped(std::string_view raw);

}  // namespace flux::json
