#pragma once

#include <string>

#include "tools/client_setup.hpp"

namespace flux::tools {

/// What a client may know of the server as it was set up.
struct ServerFacts {
    std::string version;
    int rate_limit = 0;  ///< requests of one principal in `rate_window_s`; 0: none
    int rate_window_s = 60;
    ConnectFacts connect;
};

}  // namespace flux::tools
