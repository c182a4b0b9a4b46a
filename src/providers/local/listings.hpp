#pragma once

#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/local/run_creation.hpp"
#include "providers/local/run_execution.hpp"
#include "providers/local/runs_in_progress.hpp"

namespace flux::providers::local {

/// The pages of builds::Provider: at most 100 items each. Blocks. Thread-safe.
class Listings {
public:
    Listings(Workshop workshop, const RunsInProgress& runs, const RunCreation& creation)
        : workshop_{workshop}, runs_{runs}, creation_{creation} {}

    Result<builds::Page<builds::Run>> runs(const builds::ListQuery& query) const;
    Result<builds::Page<builds::Preview>> previews(const builds::ListQuery& query) const;
    /// Those whose name contains `query.branch`.
    Result<builds::Page<builds::Branch>> branches(const builds::ListQuery& query) const;
    Result<builds::Page<builds::Workflow>> workflows(const builds::ListQuery& query) const;

private:
    const Workshop workshop_;
    const RunsInProgress& runs_;
    const RunCreation& creation_;
};

}  // namespace flux::providers::local
