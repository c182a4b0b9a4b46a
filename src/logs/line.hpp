#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace flux::logs {

/// How loud a line is, from the runner's own markers (`##[error]`, `##[warning]`, `##[notice]`, `##[debug]`), and where
/// loud lines are asked for, from what it says (logs/trouble).
enum class Level : std::uint8_t { debug, plain, notice, warning, error };

/// One line of a job's log. Numbers start at 1, count every line of the job's log file, and never change.
struct Line {
    std::int64_t number = 0;
    WallTime time{};
    int step = 0;  ///< the step's number in its job; 0: before the first
    Level level = Level::plain;
    std::string text;        ///< UTF-8, without stamp and line feed; cleaned (logs/line_cleaner)
    bool truncated = false;  ///< the writer cut it at its limit
};

}  // namespace flux::logs
