#pragma once

#include <vector>

#include "app/setting_sources.hpp"
#include "app/settings.hpp"

namespace flux::app {

/// Settings as far as they could be read, and every mistake in them.
struct SettingsRead {
    Settings settings;
    std::vector<Mistake> mistakes;
};

/// Reads everything, and says everything that is wrong at once: unknown names, wrong values, what would be unsafe.
SettingsRead read_settings(const Sources& sources);

}  // namespace flux::app
