#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

namespace flux::tools {

/// What a client needs to know of the server to reach it.
struct ConnectFacts {
    std::string endpoint;  ///< `http://127.0.0.1:8787/mcp`
    std::string program;   ///< absolute path of flux-mcp
    bool with_token = false;
};

struct SetupStep {
    std::string text;      ///< what to do, or where the code goes
    std::string code;      ///< to copy as it is; empty: nothing to copy
    std::string language;  ///< `sh`, `json` or `toml`
};

/// How one client is connected, step by step.
struct ClientSetup {
    std::string client;  ///< `claude-code`
    std::string title;   ///< `Claude Code`
    std::vector<SetupStep> steps;
};

/// The exact steps for every client that is known: for `flux-mcp connect`, `flux://server/clients` and the page. Tokens
/// are never in them: each host reads them by its own mechanism, from the environment or by asking.
std::vector<ClientSetup> client_setups(const ConnectFacts& facts);

/// `[{client, title, steps: [{text, code, language}]}]`
boost::json::array to_json(const std::vector<ClientSetup>& setups);

}  // namespace flux::tools
