#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mcp/tool.hpp"

namespace flux::mcp {

/// What a server offers, in the order in which it is listed. Built once by `app/` (or by an example), then read only.
/// Resources and prompts join here when they come.
struct Catalog {
    std::vector<Tool> tools;
};

}  // namespace flux::mcp
