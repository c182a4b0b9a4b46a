#pragma once

#include "mcp/catalog.hpp"

namespace flux::everything {

/// Resources of every kind, and prompts.
void add_resources(mcp::Catalog& catalog);
void add_prompts(mcp::Catalog& catalog);

}  // namespace flux::everything
