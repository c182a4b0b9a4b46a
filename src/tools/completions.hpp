#pragma once

#include <memory>

#include "mcp/completion.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// Names of branches that hold what was typed, most recently committed first.
mcp::Completer complete_branch(std::shared_ptr<const Context> context);

/// Workflow files, of the settled `branch` if there is one.
mcp::Completer complete_workflow(std::shared_ptr<const Context> context);

/// Numbers of runs, newest first, of the settled `branch` if there is one.
mcp::Completer complete_run_id(std::shared_ptr<const Context> context);

/// Names of the jobs of the settled `run_id`.
mcp::Completer complete_job(std::shared_ptr<const Context> context);

}  // namespace flux::tools
