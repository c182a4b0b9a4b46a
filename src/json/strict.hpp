#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "json/raw.hpp"

namespace flux::json {

struct StrictLimits {
    std::size_t depth = 64;           ///< objects and arrays inside each other
    std::size_t number_length = 100;  ///< characters of one number
};

/// `text` as a value, if it is exactly one JSON value (RFC 8259) that no two readers can understand differently:
/// well-formed UTF-8 without lone surrogates, no name twice in one object, nothing after the end, no number outside
/// what a double holds, below 4 GiB, within `limits`. Blanks around it are allowed, a byte order mark isn't. `places`
/// gets the place of each value in it, 24 bytes for each, and the value that is returned looks there.
///
/// Everything from outside passes here before any other reader sees it. `invalid_argument` names the byte (from 0) and
/// what is wrong there; `too_large` where a limit was passed. Linear in the size of `text`; thread-safe.
Result<Raw> read_strictly(std::string_view text, Places& places, const StrictLimits& limits = {});

/// The same for who wants to know only whether it can be read.
Result<void> check_strictly(std::string_view text, const StrictLimits& limits = {});

}  // namespace flux::json
