#pragma once

#include "app/read_settings.hpp"
#include "cli/command_line.hpp"

namespace flux::cli {

/// `flux-mcp preview BRANCH`, `flux-mcp logs RUN` and `flux-mcp diagnose RUN`: clients of the tools, on the terminal.
/// Each returns the exit code.
/// Ctrl-C leaves a run of a server going, and says so.
int run_preview(const Command& command, app::SettingsRead read);
int run_logs(const Command& command, app::SettingsRead read);
int run_diagnose(const Command& command, app::SettingsRead read);

}  // namespace flux::cli
