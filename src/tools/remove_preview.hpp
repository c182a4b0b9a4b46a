#pragma once

#include <memory>

#include "mcp/tool.hpp"
#include "tools/context.hpp"

namespace flux::tools {

/// `builds.removePreview`: takes a preview off the net.
mcp::Tool remove_preview(std::shared_ptr<const Context> context);

}  // namespace flux::tools
