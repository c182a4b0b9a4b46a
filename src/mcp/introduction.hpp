#pragma once

#include <string>

#include "mcp/server.hpp"

namespace flux::mcp {

/// How the server presents itself, in both eras, as JSON that is made once.
struct Introduction {
    explicit Introduction(const ServerOptions& options);

    std::string server_info;
    std::string instructions;  ///< a JSON string, or empty
};

}  // namespace flux::mcp
