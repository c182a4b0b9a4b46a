#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "logs/raw_log.hpp"

namespace flux::logs {

/// A step that the log shows to have failed.
struct StepFailure {
    std::size_t step = 0;  ///< index into `RawLog::steps`
    std::size_t line = 0;  ///< 0-based, of the line that ended it
    std::optional<int> exit_code;
    bool certain = false;  ///< the runner said so; else it is concluded from where the error stands
};

/// Whether no runner marked in the log where a second step begins, nor how one ended.
bool is_plain_text(const RawLog& log);

/// The failed steps of a job log, in its order. Empty for a green log. A log without any marker of a runner counts as
/// one step that failed if it ends in trouble.
std::vector<StepFailure> find_failed_steps(const RawLog& log);

}  // namespace flux::logs
