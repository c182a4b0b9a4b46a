#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "providers/local/repository.hpp"

namespace flux::providers::local {

struct FoundSite {
    std::filesystem::path folder;  ///< where it lies now
    std::string name;              ///< what it was called in the workspace
};

/// Looks in a finished workspace for the one folder with an `index.html` that the job made (`dist`, `build`, `out`,
/// `public`, `_site`, `site`, `.output/public`, `docs/_build/html` or `target/doc`; rather one that isn't committed),
/// and moves it to `target`. Nothing when there is none, or more than one.
std::optional<FoundSite> take_site(const Repository& repository, const std::string& sha,
                                   const std::filesystem::path& workspace, const std::filesystem::path& target,
                                   WallTime newer_than);

}  // namespace flux::providers::local
