#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.tailLogs`: the lines of a run that matter now, then what follows them.
mcp::Tool tail_logs(std::shared_ptr<const Context> context);

}  // namespace flux::tools
