#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// Asks for logs that are due, a few of them: of the jobs that `job` names, or else of those that failed. Answers with
/// the run as it is then; why a log could not be had stands there.
async::Task<Result<builds::Run>> fetch_due_logs(builds::Provider& provider, builds::Run run,
                                                std::optional<std::string> job, int attempt);

}  // namespace flux::tools
