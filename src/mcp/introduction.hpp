#pragma once

#include <chrono>
#include <string>

#include "mcp/catalog.hpp"
#include "mcp/server.hpp"

namespace flux::mcp {

/// Nothing that the server lists by itself changes while it runs; five minutes after an update everyone has seen it.
inline constexpr std::chrono::milliseconds list_keep_for = std::chrono::minutes{5};

/// How the server presents itself, in both eras, as JSON that is made once.
struct Introduction {
    Introduction(const ServerOptions& options, const Catalog& catalog);

    std::string server_info;
    std::string instructions;  ///< a JSON string, or empty
    std::string capabilities;  ///< the members that both eras have in common; only what there is something of
    bool has_tasks;            ///< some tool's calls may become tasks
    bool completes;            ///< some argument of a prompt or template has suggestions
};

}  // namespace flux::mcp
