#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"

namespace flux::app {

/// One thing that was tried.
struct Checked {
    std::string name;
    bool works = false;
    std::string detail;  ///< what was found, or what is wrong and how it is put right
};

/// Tries each part as `serve` would start it, and takes it down again. A server that runs on the same state folder is
/// left alone and said. Blocks.
std::vector<Checked> check(const Settings& settings);

}  // namespace flux::app
