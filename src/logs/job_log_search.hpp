#pragma once

#include "base/result.hpp"
#include "logs/job_log_files.hpp"
#include "logs/line_pattern.hpp"
#include "logs/line_search.hpp"

namespace flux::logs {

/// The lines whose text, as JobLogReader gives it out without colours, matches.
///
/// Reads the text a block at a time, and where the pattern requires a text, looks for that in the bytes as they are
/// stored; only lines that may hold it are cleaned and held against the pattern. The index is read at both ends alone.
/// Constant memory but for the numbers. `internal` where the files don't fit each other. Throws std::system_error.
Result<FoundLines> search_lines(const JobLogFiles& files, const LinePattern& pattern, const LineSearch& search);

}  // namespace flux::logs
