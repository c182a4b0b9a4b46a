#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// Lines of one job's log as the log engine reads them: each with the names of its job and step in front
/// (`gh run view --log`), without invisible characters.
struct JobText {
    std::string bytes;
    std::int64_t lines_before = 0;  ///< of the job's log
    std::int64_t lines = 0;
    std::int64_t total_lines = 0;  ///< of the job's log so far
};

/// Lines of a job as the log engine reads them. Takes time in proportion to them.
std::string engine_text(const builds::Job& job, const std::vector<logs::Line>& lines);

/// Which lines of which job of a run.
struct JobPart {
    const builds::Run& run;
    const builds::Job& job;
    std::int64_t first_line = 1;
    std::int64_t last_line = std::numeric_limits<std::int64_t>::max();  ///< inclusive
};

/// The part's lines without a gap; at most about `max_bytes` of text, from the end backwards. The part's run and job
/// live as long as the task.
async::Task<Result<JobText>> read_job_text(builds::Provider& provider, async::BlockingPool& pool, JobPart part,
                                           std::size_t max_bytes);

}  // namespace flux::tools
