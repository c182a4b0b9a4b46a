#pragma once

#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "mcp/catalog.hpp"
#include "observe/metrics.hpp"
#include "tools/policy.hpp"
#include "tools/server_facts.hpp"

namespace flux::tools {

/// Everything a client can ask for, in the order in which it is listed: tools, resources and prompts. `provider`,
/// `clock` and `pool` outlive the catalogue's last call, and so does `metrics`, which shows how often tools were
/// called.
mcp::Catalog make_catalog(builds::Provider& provider, const Clock& clock, async::BlockingPool& pool, Policy policy = {},
                          const ServerFacts& facts = {}, observe::Metrics* metrics = nullptr);

/// What a model is told about the server as a whole; below 1.5 kB, for clients cut more off without a word.
extern const char* const instructions;

}  // namespace flux::tools
