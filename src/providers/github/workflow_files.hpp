#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/branch_name.hpp"
#include "builds/provider.hpp"
#include "providers/github/api_client.hpp"
#include "workflow/workflow.hpp"

namespace flux::providers::github {

/// A workflow as a commit has it.
struct CommittedWorkflow {
    std::string file;
    /// nullptr where our reader understands less than GitHub: then GitHub alone judges it, and `notes` says so.
    std::shared_ptr<const workflow::Workflow> workflow;
    std::vector<std::string> notes;
};

/// Branches and workflow files, read through the API. `principal` is whose turn that takes, as there.
class WorkflowFiles {
public:
    /// `any`: whether another file may stand in for `usual_file`.
    WorkflowFiles(ApiClient& api, std::string usual_file, bool any)
        : api_{api}, usual_file_{std::move(usual_file)}, any_{any} {}

    /// The head commit. `not_found` with `branch_not_found`, naming the nearest or what it was renamed to.
    async::Task<Result<std::string>> head_of(builds::BranchName branch, std::string principal = {});

    /// The workflow that `asked` means at that commit (empty: the configured one; otherwise the only one that can be
    /// dispatched). Errors as builds::Provider::create has them.
    async::Task<Result<CommittedWorkflow>> find(std::string sha, std::string branch, std::string asked,
                                                std::string principal = {});

    /// Every workflow of a commit with its inputs, and why it can't be dispatched where it can't.
    async::Task<Result<std::vector<builds::Workflow>>> describe(std::string sha, std::string principal = {});

    async::Task<Result<std::string>> default_branch(std::string principal = {});

    /// Names of branches that hold `part`, at most `most`.
    async::Task<Result<std::vector<builds::Branch>>> branches(std::string part, std::size_t most,
                                                              std::string principal = {});

    const std::string& usual_file() const { return usual_file_; }

private:
    async::Task<Result<std::string>> text_of_file(std::string sha, std::string file, std::string principal);
    async::Task<Result<std::vector<std::string>>> names(std::string sha, std::string principal);
    async::Task<Result<CommittedWorkflow>> only_dispatchable(std::string sha, std::string branch,
                                                             std::string principal);
    async::Task<Error> no_such_branch(std::string branch, std::string principal);

    ApiClient& api_;
    const std::string usual_file_;
    const bool any_;
};

/// `.github/workflows/deploy.yml`
std::string workflow_path(std::string_view file);
/// `deploy.yml`, however it was asked for.
std::string bare_file(std::string_view asked);

}  // namespace flux::providers::github
