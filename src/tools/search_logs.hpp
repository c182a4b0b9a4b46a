#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.searchLogs`: the lines of a run that hold a text or match an expression.
mcp::Tool search_logs(std::shared_ptr<const Context> context);

}  // namespace flux::tools
