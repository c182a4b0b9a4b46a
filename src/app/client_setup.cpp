#include "app/client_setup.hpp"

#include <filesystem>
#include <system_error>

namespace flux::app {

tools::ConnectFacts connect_facts(const Settings& settings) {
    std::error_code error;
    tools::ConnectFacts facts;
    facts.endpoint = base_url(settings) + "/mcp";
    facts.program = std::filesystem::read_symlink("/proc/self/exe", error).string();
    facts.with_token = !settings.tokens.empty();
    return facts;
}

std::vector<tools::ClientSetup> client_setups(const Settings& settings) {
    return tools::client_setups(connect_facts(settings));
}

}  // namespace flux::app
