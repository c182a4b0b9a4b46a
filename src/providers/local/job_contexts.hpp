#pragma once

#include <vector>

#include "providers/local/job_order.hpp"
#include "workflow/expression.hpp"
#include "workflow/value.hpp"

namespace flux::providers::local {

/// The `github` context of a run. `job` is the key of the job that asks; empty outside of jobs.
workflow::Value github_context(const RunFacts& run, const std::string& job = {});

/// The `needs` context.
workflow::Value needs_context(const std::vector<NeedResult>& needs);

/// What `run-name`, a job's `if`, `name`, `strategy` and `concurrency` can see: github, inputs, vars and needs. The
/// caller adds the status functions, and matrix and strategy where there are some.
workflow::Contexts planning_contexts(const RunFacts& run, const std::vector<NeedResult>& needs,
                                     const std::string& job = {});

}  // namespace flux::providers::local
