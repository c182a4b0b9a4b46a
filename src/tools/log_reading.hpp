#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "logs/line.hpp"
#include "logs/log_cursor.hpp"
#include "tools/log_choice.hpp"
#include "tools/log_text.hpp"

namespace flux::tools {

/// What an answer may hold of logs.
struct LogBudget {
    std::size_t lines = 80;
    std::size_t bytes = 14'000;
};

struct LogTaste {
    logs::Level at_least = logs::Level::debug;  ///< from `warning` on of the nearest `judged_lines` only
    bool timestamps = false;
};

/// How many lines of a job one call looks at where it wants loud ones: what they say has to be read.
inline constexpr std::int64_t judged_lines = 200'000;

/// What was read for an answer, and where the reader stands after it.
struct LogExcerpt {
    std::vector<LogBlock> blocks;
    logs::LogCursor cursor;
    std::int64_t omitted = 0;                       ///< lines of the chosen parts, loud enough, that found no room
    std::vector<const builds::Job*> jobs_left_out;  ///< no line of theirs found room
    bool more = false;                              ///< lines beyond the cursor are there already
};

/// The bytes that read_ends() needs to show at least a line of each job.
std::size_t least_room(const std::vector<LogPart>& parts);

/// The end of each part, and before it what the log engine takes for the cause where a failed step has more than fits.
/// Lines that repeat at the end are folded, which read_on() never does: whoever follows a log wants each line.
/// The budget is shared fairly, so that each job has at least a line as long as there is room for that; what one part
/// leaves over goes to the next. The cursor stands at the end of every job.
async::Task<Result<LogExcerpt>> read_ends(builds::Provider& provider, async::BlockingPool& pool, const builds::Run& run,
                                          std::vector<LogPart> parts, LogBudget budget, LogTaste taste);

/// What follows the cursor, job after job. Only `jobs` advance; with `parts`, only their lines are shown.
async::Task<Result<LogExcerpt>> read_on(builds::Provider& provider, const builds::Run& run, logs::LogCursor cursor,
                                        std::vector<const builds::Job*> jobs, std::vector<LogPart> parts,
                                        LogBudget budget, LogTaste taste);

}  // namespace flux::tools
