#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "logs/problem_matchers.hpp"
#include "providers/local/job_order.hpp"

namespace flux::providers::local {

/// Reads a file of problem matchers that a job names: below its workspace, RUNNER_TEMP or the tools, whatever links it
/// has made there. A path that isn't absolute is one of the workspace. `not_found`, `forbidden` for other
/// places, and what logs::read_problem_matchers() refuses.
Result<logs::ProblemMatcherFile> read_matcher_file(const JobDirectories& directories, std::string_view path);

/// A file that a tool named, as an annotation does: relative to the workspace. Empty: it lies elsewhere. `from_path` is
/// a file beside which the tool's names begin; empty: the workspace. Doesn't look at the disk.
std::string place_in_workspace(const JobDirectories& directories, std::string_view file, std::string_view from_path);

}  // namespace flux::providers::local
