#pragma once

#include "mcp/catalog.hpp"

namespace flux::everything {

/// Tools that take their time and say so: progress, log, a stream that is picked up again, and lists that change.
void add_moving_tools(mcp::Catalog& catalog);

}  // namespace flux::everything
