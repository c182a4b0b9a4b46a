#pragma once

#include <string>

#include "json/raw.hpp"
#include "mcp/revision.hpp"

namespace flux::mcp {

/// What a client has said that it can do. What it didn't say, it isn't asked for.
struct ClientAbilities {
    bool elicitation = false;       ///< puts a form before its user
    bool elicitation_urls = false;  ///< sends its user to a page
    bool sampling = false;
    bool roots = false;
    bool tasks = false;  ///< fetches answers later (mcp/tasks.hpp)

    /// From `capabilities` of a handshake, or `clientCapabilities` of a request. What `revision` has no words for is
    /// not there: forms came with 2025-06-18, pages with 2025-11-25, tasks of this kind with 2026-07-28.
    static ClientAbilities read(json::Raw capabilities, Revision revision);
};

}  // namespace flux::mcp
