#pragma once

#include <string_view>

#include "mcp/catalog.hpp"

namespace flux::everything {

/// The smallest picture and the shortest sound there are.
std::string_view one_red_pixel();
std::string_view a_moment_of_silence();

/// Tools that answer at once, with every kind of content.
void add_content_tools(mcp::Catalog& catalog);

}  // namespace flux::everything
