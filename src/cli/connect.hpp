#pragma once

#include <string>

#include "base/result.hpp"

namespace flux::cli {

/// What a snippet is filled in with.
struct ConnectFacts {
    std::string endpoint;  ///< `http://127.0.0.1:8787/mcp`
    std::string program;   ///< absolute path of flux-mcp
    bool with_token = false;
};

/// The exact snippet that connects a client, with the place where it goes. Tokens are never in it: each host reads them
/// by its own mechanism, from the environment or by asking. `invalid_argument` names the clients there are.
Result<std::string> connect_snippet(const std::string& client, const ConnectFacts& facts);

/// `claude-code, claude-desktop, …`
std::string client_names();

}  // namespace flux::cli
