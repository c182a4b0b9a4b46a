#pragma once

#include <string>

#include "app/settings.hpp"

namespace flux::app {

/// What a newcomer needs when the server has started: at most 12 lines.
std::string greeting(const Settings& settings, const std::string& sandbox_level, const std::string& sandbox_detail);

}  // namespace flux::app
