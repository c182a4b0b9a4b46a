#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/local/run_execution.hpp"
#include "providers/local/run_preparation.hpp"
#include "providers/local/runs_in_progress.hpp"

namespace flux::providers::local {

/// Makes runs and further attempts of them: checks everything first, answers the same request with the same run, and
/// records before it starts. Blocks. Thread-safe.
class RunCreation {
public:
    RunCreation(Workshop workshop, RunsInProgress& runs) : workshop_{workshop}, runs_{runs} {}

    /// As builds::Provider has them; throw store::DatabaseFailure.
    Result<builds::Created> create(const builds::CreateRequest& request);
    Result<builds::Run> rerun(const builds::RerunRequest& request);

    /// A record as clients see it: with its URLs.
    builds::Run shown(RunRecord record) const;

    /// As long as it is held, no run and no attempt is made.
    std::unique_lock<std::mutex> no_new_attempts() { return std::unique_lock{mutex_}; }

private:
    std::optional<Result<builds::Created>> answered_before(const builds::CreateRequest& request,
                                                           const std::string& digest);
    Result<AttemptOrder> order_for(const builds::CreateRequest& request, const std::string& digest);
    Result<builds::Created> start(AttemptOrder order, const builds::CreateRequest& request);
    Result<void> prepare(AttemptOrder& order, const ReadyWorkflow& ready, const builds::Inputs& inputs);
    Result<builds::Run> current(builds::RunId run);
    Result<std::optional<RunsInProgress::Group>> group_of(const AttemptOrder& order) const;

    const Workshop workshop_;
    RunsInProgress& runs_;
    std::mutex mutex_;  ///< between looking for the same run and making one
};

}  // namespace flux::providers::local
