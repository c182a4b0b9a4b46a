#pragma once

#include "mcp/catalog.hpp"

namespace flux::everything {

/// Tools whose calls may become tasks, and one that never does.
void add_task_tools(mcp::Catalog& catalog);

}  // namespace flux::everything
