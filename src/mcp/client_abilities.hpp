#pragma once

#include <string>

#include "json/raw.hpp"

namespace flux::mcp {

/// What a client has said that it can do. What it didn't say, it isn't asked for.
struct ClientAbilities {
    bool elicitation = false;       ///< puts a form before its user
    bool elicitation_urls = false;  ///< sends its user to a page
    bool sampling = false;
    bool roots = false;
    bool tasks = false;  ///< fetches answers later (mcp/tasks.hpp)

    /// From `capabilities` of a handshake, or `clientCapabilities` of a request.
    static ClientAbilities read(json::Raw capabilities);
};

}  // namespace flux::mcp
