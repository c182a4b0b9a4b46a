#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace flux::builds {

/// What a provider may still ask of the service behind it, as that service said last.
struct Quota {
    std::int64_t limit = 0;  ///< requests in a window
    std::int64_t remaining = 0;
    WallTime reset_at{};  ///< when all of `limit` is there again, by the service's clock
};

}  // namespace flux::builds
