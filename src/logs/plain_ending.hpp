#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "logs/raw_log.hpp"

namespace flux::logs {

/// How a log ended that has no mark of a runner, by its last lines.
struct PlainEnding {
    enum class How : std::uint8_t { well, failed, unknown };
    How how = How::unknown;
    /// Where it is unknown: the lines that may be trouble and that nothing took back, 0-based, in the order of the log.
    std::vector<std::size_t> suspects;
};

/// It failed where a cause convinces by itself that nothing took back, or where a known tool, or any, gave up in its
/// last words. What goes on for long behind an error got over it.
PlainEnding plain_ending_of(const RawLog& log);

}  // namespace flux::logs
