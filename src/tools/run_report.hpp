#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "builds/run.hpp"

namespace flux::tools {

/// A run as text: name, id, status, conclusion, times and links, the preview, then one line a job (the failed ones
/// first, at most `job_limit`). Everything that `run_json`, `jobs_json` and `preview_json` say, for clients that show
/// text only. `steps`: each job's steps below it.
std::string run_report(const builds::Run& run, std::size_t job_limit, bool steps, WallTime now);

/// `Preview: reachable at http://…`
std::string preview_line(const builds::Preview& preview);

/// `completed, failure`, or the status alone.
std::string state_text(builds::Status status, std::optional<builds::Conclusion> conclusion);

/// `4.2 s`, `3 min 20 s`
std::string duration_text(double seconds);

}  // namespace flux::tools
