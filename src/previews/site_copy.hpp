#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace flux::previews {

struct SiteLimits {
    std::uint64_t files = 20'000;  ///< files and folders together
    std::uint64_t bytes = std::uint64_t{1} << 30;
    int depth = 64;  ///< folders within folders
};

struct CopiedSite {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

/// Copies a site that untrusted code made from `source` into the empty folder `target`.
///
/// Regular files only; a link is replaced by what it leads to if that lies inside the site too. Names that begin with a
/// dot are left out but `.well-known`. `invalid_argument` names what a site can't hold (a link that leads outside or
/// nowhere, a pipe, a device: none of them is ever opened), `too_large` the limit. On failure `target` holds rubbish.
Result<CopiedSite> copy_site(const std::filesystem::path& source, const std::filesystem::path& target,
                             const SiteLimits& limits);

}  // namespace flux::previews
