#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.list`: runs, previews, workflows or branches.
mcp::Tool list(std::shared_ptr<const Context> context);

}  // namespace flux::tools
