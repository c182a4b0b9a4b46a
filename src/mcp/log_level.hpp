#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace flux::mcp {

/// Whether `name` is one of the eight levels of syslog, as the protocol spells them.
inline bool is_log_level(std::string_view name) {
    constexpr std::array<std::string_view, 8> names{"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

inline constexpr std::string_view log_level_expected =
    "The level has to be debug, info, notice, warning, error, critical, alert or emergency.";

}  // namespace flux::mcp
