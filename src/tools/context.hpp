#pragma once

#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "tools/policy.hpp"

namespace flux::tools {

/// What every tool works with. The provider and the clock belong to `app/`, which keeps them until no call is left.
struct Context {
    builds::Provider& provider;
    const Clock& clock;
    Policy policy;
};

}  // namespace flux::tools
