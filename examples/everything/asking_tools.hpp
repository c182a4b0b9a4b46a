#pragma once

#include "mcp/catalog.hpp"

namespace flux::everything {

/// Tools that ask their client's user, its model, or the client itself before they answer. Each is one function for
/// both eras: it looks at what it was told, and says what it still needs.
void add_asking_tools(mcp::Catalog& catalog);

}  // namespace flux::everything
