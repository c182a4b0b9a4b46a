#pragma once

#include <memory>

#include "mcp/resource.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `flux://runs`: the newest runs, as builds.list answers.
mcp::Resource runs_resource(std::shared_ptr<const Context> context);

/// `flux://runs/{run_id}`: one run with its jobs and steps, as builds.status answers.
mcp::Resource run_resource(std::shared_ptr<const Context> context);

/// `flux://runs/{run_id}/logs/{job}`: a job's log as text, its end where all of it is too much.
mcp::Resource job_log_resource(std::shared_ptr<const Context> context);

/// `flux://runs/{run_id}/diagnosis`: as builds.diagnose answers.
mcp::Resource diagnosis_resource(std::shared_ptr<const Context> context);

}  // namespace flux::tools
