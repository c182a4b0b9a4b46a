#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.createPreview`: starts a run that ships a branch, or answers with the one that the same request made.
mcp::Tool create_preview(std::shared_ptr<const Context> context);

}  // namespace flux::tools
