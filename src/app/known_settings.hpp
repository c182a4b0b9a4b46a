#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flux::app {

/// One thing that can be set, by whatever name it goes in each place.
struct KnownSetting {
    std::string_view variable;  ///< `FLUX_RATE_LIMIT`
    std::string_view key;       ///< `rate_limit`, in the file; as a flag `--rate-limit`
    bool secret = false;        ///< also as `NAME_FILE`, and never as a flag
    std::string_view later;     ///< what it belongs to that this build doesn't have yet; empty: it works
};

std::span<const KnownSetting> known_settings();

/// By its name in the environment, or as a key of the file; nullptr if there is none.
const KnownSetting* find_variable(std::string_view variable);
const KnownSetting* find_key(std::string_view key);

/// The names there are, to find the nearest of a mistyped one.
std::vector<std::string> variable_names();
std::vector<std::string> key_names();

}  // namespace flux::app
