#pragma once

#include <memory>

#include "mcp/resource.hpp"
#include "tools/context.hpp"
#include "tools/server_facts.hpp"

namespace flux::tools {

/// `flux://server/limits`: what clients may do here, and how much of it.
mcp::Resource limits_resource(std::shared_ptr<const Context> context, const ServerFacts& facts);

/// `flux://server/clients`: how each client is connected.
mcp::Resource clients_resource(const ServerFacts& facts);

/// `flux://guides/fix-failing-build`: the way from a failure to a preview, in a page.
mcp::Resource fix_failing_build_guide();

}  // namespace flux::tools
