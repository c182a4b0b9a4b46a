#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// What was read of one job's log, as the log engine reads it: each line with the names of its job and step in front
/// (`gh run view --log`), without invisible characters.
struct JobText {
    /// Lines that follow each other.
    struct Part {
        std::int64_t first_line = 1;  ///< number in the job's log
        std::int64_t last_line = 0;   ///< inclusive
        std::string bytes;
    };
    std::vector<Part> parts;       ///< in the order of the log, without overlap
    std::int64_t lines = 0;        ///< in all parts
    std::int64_t total_lines = 0;  ///< of the job's log so far
};

/// Lines of a job as the log engine reads them. Takes time in proportion to them.
std::string engine_text(const builds::Job& job, const std::vector<logs::Line>& lines);

/// The whole log of a job where it is small; of a larger one what explains a failure best, at most about `max_bytes` of
/// text: the end of the log, the steps that failed (their ends before their beginnings), the job's set-up, then what
/// stands around these. The run and its job live as long as the task.
async::Task<Result<JobText>> read_job_text(builds::Provider& provider, async::BlockingPool& pool,
                                           const builds::Run& run, const builds::Job& job, std::size_t max_bytes);

}  // namespace flux::tools
