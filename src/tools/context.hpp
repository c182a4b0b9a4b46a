#pragma once

#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "tools/call_counts.hpp"
#include "tools/policy.hpp"

namespace flux::tools {

/// What every tool works with. All but the policy belongs to `app/`, which keeps it until no call is left.
struct Context {
    builds::Provider& provider;
    const Clock& clock;
    async::BlockingPool& pool;  ///< for work over a millisecond: reading and searching logs
    Policy policy;
    CallCounts calls = {};
};

}  // namespace flux::tools
