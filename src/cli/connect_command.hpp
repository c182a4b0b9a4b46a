#pragma once

#include <string>
#include <vector>

#include "app/client_setup.hpp"
#include "app/settings.hpp"
#include "cli/command_line.hpp"

namespace flux::cli {

/// `flux-mcp connect CLIENT`. Returns the exit code.
int run_connect(const Command& command, const app::Settings& settings);

/// The steps as a person reads them.
std::string to_text(const tools::ClientSetup& setup);

/// `claude-code, claude-desktop, …`
std::string client_names();

}  // namespace flux::cli
