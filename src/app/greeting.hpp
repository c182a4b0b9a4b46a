#pragma once

#include <string>
#include <string_view>

#include "app/settings.hpp"

namespace flux::app {

/// What a newcomer needs when the server has started: at most 12 lines. `link` is the code that signs a browser in
/// once; empty where none is needed.
std::string greeting(const Settings& settings, const std::string& sandbox_level, const std::string& sandbox_detail,
                     std::string_view link);

}  // namespace flux::app
