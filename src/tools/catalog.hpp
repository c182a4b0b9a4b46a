#pragma once

#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "mcp/catalog.hpp"
#include "tools/policy.hpp"

namespace flux::tools {

/// Everything a client can ask for, in the order in which it is listed. `provider` and `clock` outlive the catalogue's
/// last call.
mcp::Catalog make_catalog(builds::Provider& provider, const Clock& clock, Policy policy = {});

/// What a model is told about the server as a whole.
extern const char* const instructions;

}  // namespace flux::tools
