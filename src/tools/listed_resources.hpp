#pragma once

#include <memory>

#include "mcp/resource.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `flux://previews`: as builds.list answers.
mcp::Resource previews_resource(std::shared_ptr<const Context> context);

/// `flux://workflows{?branch}`: an array of all workflows of a branch with what they take.
mcp::Resource workflows_resource(std::shared_ptr<const Context> context);

/// `flux://workflows/{file}{?branch}`: one of them.
mcp::Resource workflow_resource(std::shared_ptr<const Context> context);

}  // namespace flux::tools
