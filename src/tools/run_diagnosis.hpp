#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/run.hpp"
#include "tools/context.hpp"

namespace flux::tools {

struct DiagnosisWish {
    std::optional<std::string> job;  ///< id, name or part of it; nothing: every job that failed
    bool compare = true;             ///< look for what changed since the last green run
    std::int64_t max_tokens = 4000;  ///< of text and structured content together
};

/// Why a run failed, or why there is nothing to say yet: the same for the tool, the resource and the command.
struct RunDiagnosis {
    std::string text;
    /// `text, verdict, failed_steps, causes, omitted` as `flux-mcp diagnose --json` prints them, and `run, jobs,
    /// failed_tests, victims, since_green, flaky, why, look_again_in_s, next`.
    boost::json::object structured;
};

async::Task<Result<RunDiagnosis>> diagnose_run(std::shared_ptr<const Context> context, builds::Run run,
                                               DiagnosisWish wish);

}  // namespace flux::tools
