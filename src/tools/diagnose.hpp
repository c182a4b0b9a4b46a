#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.diagnose`: why a run failed.
mcp::Tool diagnose(std::shared_ptr<const Context> context);

}  // namespace flux::tools
