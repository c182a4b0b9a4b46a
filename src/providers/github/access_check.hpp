#pragma once

#include <vector>

#include "async/task.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/github_provider.hpp"
#include "providers/github/workflow_files.hpp"

namespace flux::providers::github {

/// Tries what the provider needs, one after the other, until the first that makes the rest pointless. Starts nothing:
/// whether workflows may be dispatched is asked with a branch that doesn't exist.
async::Task<std::vector<AccessFinding>> check_access(ApiClient& api, WorkflowFiles& files);

}  // namespace flux::providers::github
