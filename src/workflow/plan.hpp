#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "workflow/expression.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

/// How a job ended, in GitHub's words.
enum class JobResult { success, failure, cancelled, skipped };

const char* name_of(JobResult result);

/// The jobs of a workflow as a graph. Indices are those of `Workflow::jobs`.
class Plan {
public:
    /// The workflow was read by read_workflow(), so its needs exist and have no circle.
    explicit Plan(const Workflow& workflow);

    std::size_t size() const { return direct_.size(); }
    /// Every job behind all that it needs; otherwise in the file's order.
    const std::vector<std::size_t>& order() const { return order_; }
    const std::vector<std::size_t>& direct_needs(std::size_t job) const { return direct_[job]; }
    /// Direct and indirect ones, in the file's order.
    const std::vector<std::size_t>& all_needs(std::size_t job) const { return all_[job]; }

    /// success(), failure(), cancelled() in the `if` of `job`, from the results of the jobs that it needs.
    ///
    /// `results` is by job and holds at least all_needs(job); `cancelled` says whether the run is being cancelled. The
    /// function keeps a copy of both.
    Contexts::Status status_for(std::size_t job, std::vector<JobResult> results, bool cancelled) const;

private:
    std::vector<std::string> keys_;
    std::vector<std::vector<std::size_t>> direct_;
    std::vector<std::vector<std::size_t>> all_;
    std::vector<std::size_t> order_;
};

/// One finished job, as the conclusion of its run sees it.
struct JobOutcome {
    JobResult result = JobResult::success;
    bool continue_on_error = false;  ///< its failure doesn't fail the run
};

/// What the jobs of one matrix come to together, for `needs.<id>.result`; also what a run comes to.
JobResult combined(const std::vector<JobOutcome>& outcomes);

}  // namespace flux::workflow
