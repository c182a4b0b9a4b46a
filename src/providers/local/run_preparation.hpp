#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/local/local_options.hpp"
#include "providers/local/repository.hpp"
#include "workflow/inputs.hpp"
#include "workflow/workflow.hpp"

namespace flux::providers::local {

/// A workflow of a commit that this machine can run.
struct ReadyWorkflow {
    std::string file;  ///< empty: the built-in one, which publishes the branch as it is
    std::shared_ptr<const workflow::Workflow> workflow;
    std::vector<std::string> notes;
};

/// `.github/workflows/deploy.yml`
std::string workflow_path(const std::string& file);

/// Finds the workflow that `asked` means (empty: the configured one; otherwise the only one that can be dispatched;
/// otherwise, without any workflow but with an `index.html`, the built-in one), reads it at that commit and refuses
/// what can't run here. Errors as `builds::Provider::create` has them.
Result<ReadyWorkflow> ready_workflow(const Repository& repository, const LocalOptions& options,
                                     const std::string& branch, const std::string& sha, const std::string& asked);

/// The workflow that a run was made with, for doing it again.
Result<ReadyWorkflow> same_workflow(const Repository& repository, const std::string& sha, const std::string& file);

/// Every workflow of a commit, with why it can't be dispatched where it can't.
Result<std::vector<builds::Workflow>> describe_workflows(const Repository& repository, const std::string& sha);

}  // namespace flux::providers::local
