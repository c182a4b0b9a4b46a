#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "builds/run.hpp"

namespace flux::tools {

/// Why there is nothing to read of a log, or of a part of one, and when that can change.
struct LogAbsence {
    std::string why;  ///< a sentence
    /// `not_yet`, `live`, `complete`, or `never_written`: no line will come.
    std::string log_state;
    std::int64_t look_again_in_s = 0;  ///< 0: nothing will change
};

/// Whether a log of these is still to come although its job has ended.
bool is_due(const std::vector<const builds::Job*>& jobs);

/// Where the logs of `jobs` stand: `not_yet`, `live`, `complete` or `never_written`.
const char* log_state(const builds::Run& run, const std::vector<const builds::Job*>& jobs);

/// Why `jobs` of `run` have written no line. Without jobs: why the run has none.
LogAbsence explain_absence(const builds::Run& run, const std::vector<const builds::Job*>& jobs);

/// All jobs of a run.
std::vector<const builds::Job*> all_jobs(const builds::Run& run);

}  // namespace flux::tools
