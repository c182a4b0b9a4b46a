#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.status`: where a run, its jobs and its preview stand; waits for a change.
mcp::Tool status(std::shared_ptr<const Context> context);

}  // namespace flux::tools
