#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "providers/local/run_execution.hpp"

namespace flux::providers::local {

/// What a further attempt does again and what it takes over from the one before.
struct RerunPlan {
    std::vector<builds::Job> jobs;    ///< waiting ones for what runs again, finished ones for what is taken over
    std::vector<JobRemains> remains;  ///< one for each of `jobs`
    std::vector<std::optional<CarriedJob>> carried;  ///< by job of the workflow
};

/// One waiting job for each job of the workflow.
std::vector<builds::Job> waiting_jobs(const workflow::Workflow& workflow);

/// `failed_only`: the jobs of which any part failed or was cancelled, and all that depend on them; otherwise all.
/// `conflict` with reason `nothing_failed` when nothing would run.
Result<RerunPlan> plan_rerun(const RunRecord& before, const workflow::Workflow& workflow, const RunFolders& folders,
                             bool failed_only);

/// Gives the new attempt the artifacts of the jobs that it takes over.
void carry_artifacts(const RunRecord& before, const RerunPlan& plan, const RunFolders& folders, int new_attempt);

}  // namespace flux::providers::local
