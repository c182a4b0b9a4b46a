#pragma once

#include "app/read_settings.hpp"
#include "base/result.hpp"

namespace flux::app {

/// MCP on stdin and stdout: beside a server on the same state folder through its local socket, and else with an engine
/// of its own, which drains at the end of input. `invalid_argument` with the report when that engine would need
/// settings that have mistakes.
Result<void> serve_on_stdio(const SettingsRead& read);

}  // namespace flux::app
