#pragma once

#include <memory>
#include <vector>

#include "async/changes.hpp"
#include "mcp/prompt.hpp"
#include "mcp/resource.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

/// What a server offers, in the order in which it is listed. Built once by `app/` (or by an example), then read only;
/// what a list of resources shows may still change from call to call.
struct Catalog {
    std::vector<Tool> tools = {};
    std::vector<Resource> resources = {};
    std::vector<Prompt> prompts = {};

    /// Count the changes of each list; nullptr: it never changes, and the server says so.
    std::shared_ptr<async::Changes> tools_changed = {};
    std::shared_ptr<async::Changes> resources_changed = {};
    std::shared_ptr<async::Changes> prompts_changed = {};
};

}  // namespace flux::mcp
