#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

/// The function format(): `{0}` in the first argument is replaced by the second, and so on; `{{` and `}}` are braces.
/// `invalid_argument` where the pattern is wrong, `too_large` beyond `limit` bytes.
Result<std::string> format_text(const std::vector<Value>& arguments, std::size_t limit);

}  // namespace flux::workflow
