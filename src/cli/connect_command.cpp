#include "cli/connect_command.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "base/text.hpp"
#include "cli/exit_code.hpp"

namespace flux::cli {

std::string to_text(const tools::ClientSetup& setup) {
    std::string text;
    for (const auto& step : setup.steps) {
        if (!text.empty()) text += "\n";
        text += step.text + "\n";
        if (!step.code.empty()) text += fmt::format("\n{}\n", step.code);
    }
    return text;
}

std::string client_names() {
    std::string names;
    for (const auto& setup : app::client_setups({})) {
        names += fmt::format("{}{}", names.empty() ? "" : ", ", setup.client);
    }
    return names;
}

int run_connect(const Command& command, const app::Settings& settings) {
    for (const auto& setup : app::client_setups(settings)) {
        if (setup.client != command.client) continue;
        std::fputs(to_text(setup).c_str(), stdout);
        return success;
    }
    std::fprintf(stderr, "flux-mcp: There is no snippet for \"%s\". Clients: %s.\n",
                 shortened(to_utf8(command.client), 60).c_str(), client_names().c_str());
    return usage;
}

}  // namespace flux::cli
