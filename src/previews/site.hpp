#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace flux::previews {

enum class SiteState { served, expired, removed };

const char* name_of(SiteState state);

/// One finished site, immutable: the files that one attempt of one run made.
struct Site {
    std::string id;  ///< a DNS label, `r12-<10 hex digits>`, not to be guessed
    std::int64_t run_id = 0;
    int attempt = 1;
    std::string branch;
    WallTime started_at{};  ///< of the attempt; the branch's alias shows the newest attempt's site
    WallTime published_at{};
    std::optional<WallTime> expires_at = {};
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    SiteState state = SiteState::served;
};

}  // namespace flux::previews
