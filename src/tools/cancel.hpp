#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.cancel`: stops a run.
mcp::Tool cancel(std::shared_ptr<const Context> context);

}  // namespace flux::tools
