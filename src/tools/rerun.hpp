#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.rerun`: a new attempt of a run that is over.
mcp::Tool rerun(std::shared_ptr<const Context> context);

}  // namespace flux::tools
