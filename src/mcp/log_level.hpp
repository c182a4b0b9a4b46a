#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace flux::mcp {

/// The eight levels of syslog, the quietest first.
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };

inline constexpr std::array<std::string_view, 8> log_level_names{"debug", "info",     "notice", "warning",
                                                                 "error", "critical", "alert",  "emergency"};

inline std::string_view name_of(LogLevel level) { return log_level_names[static_cast<std::size_t>(level)]; }

/// The level, as the protocol spells it.
inline std::optional<LogLevel> log_level_named(std::string_view name) {
    const auto* const found = std::find(log_level_names.begin(), log_level_names.end(), name);
    if (found == log_level_names.end()) return {};
    return static_cast<LogLevel>(found - log_level_names.begin());
}

inline constexpr std::string_view log_level_expected =
    "The level has to be debug, info, notice, warning, error, critical, alert or emergency.";

}  // namespace flux::mcp
