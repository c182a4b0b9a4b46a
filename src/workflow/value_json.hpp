#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

/// JSON as `toJSON` prints it: two spaces of indentation, members in their order. `too_large` once it passes `limit`
/// bytes.
Result<std::string> to_json(const Value& value, std::size_t limit = std::numeric_limits<std::size_t>::max());

/// The same on one line without blanks, for files.
std::string to_compact_json(const Value& value);

/// Reads one JSON text (RFC 8259, at most 100 levels deep). Of members whose names differ only in case the first
/// counts.
/// `too_large` when the value would take more than about `limit` bytes of memory.
Result<Value> from_json(std::string_view text, std::size_t limit = std::numeric_limits<std::size_t>::max());

}  // namespace flux::workflow
