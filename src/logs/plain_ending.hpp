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
    /// Where it is unknown: those of the last lines that may be trouble and that nothing took back, 0-based, in the
    /// order of the log.
    std::vector<std::size_t> suspects;
    std::size_t end = 0;  ///< the last line that isn't empty
};

/// It failed where a cause convinces by itself that nothing took back, or where a known tool, or any, gave up in its
/// last words; not by an error behind which the same program went on for long. Where the last line says that all went
/// well, it did, unless an error that convinces stands right above.
PlainEnding plain_ending_of(const RawLog& log);

}  // namespace flux::logs
