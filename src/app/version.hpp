#pragma once

#include <string_view>

namespace flux::app {

/// `0.1.0`
std::string_view version();

}  // namespace flux::app
