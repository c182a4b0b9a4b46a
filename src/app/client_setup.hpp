#pragma once

#include <vector>

#include "app/settings.hpp"
#include "tools/client_setup.hpp"

namespace flux::app {

/// What clients of a server with these settings need to know.
tools::ConnectFacts connect_facts(const Settings& settings);

/// How each client is connected to it.
std::vector<tools::ClientSetup> client_setups(const Settings& settings);

}  // namespace flux::app
