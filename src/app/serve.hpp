#pragma once

#include "app/settings.hpp"
#include "base/result.hpp"

namespace flux::app {

/// HTTP, WebSocket, previews and the local socket, until SIGTERM or SIGINT; then drains for up to 25 s. A second signal
/// ends the process at once. `quiet`: nothing but the log is written.
Result<void> serve(const Settings& settings, bool quiet);

}  // namespace flux::app
