#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "builds/run.hpp"
#include "logs/log_cursor.hpp"

namespace flux::tools {

/// A step began or ended: what there is to see of a job whose lines are given out when it has ended.
struct StepTransition {
    const builds::Job* job = nullptr;  ///< of the run it was read from, like the step
    const builds::Step* step = nullptr;
    bool began = false;  ///< otherwise it ended, or was skipped
    WallTime at{};
};

/// Oldest first.
using StepTransitions = std::vector<StepTransition>;

/// What happened in those of `jobs` that have begun and whose lines aren't here, as far as `cursor` has not seen it.
/// Steps run one after the other: the n-th transition of a job stays its n-th.
StepTransitions transitions_beyond(const logs::LogCursor& cursor, const std::vector<const builds::Job*>& jobs);

/// Lets `cursor` have seen all transitions of `jobs`.
void see_transitions(logs::LogCursor& cursor, const std::vector<const builds::Job*>& jobs);

/// The newest `most`, one line each: `2026-11-26T12:00:03Z build, step 2 "npm ci": success (12.0 s)`. Empty without
/// transitions.
std::string to_text(const StepTransitions& transitions, std::size_t most);

/// The newest `most`, with members `job_id, job, step, name, status, conclusion, at`.
boost::json::array to_json(const StepTransitions& transitions, std::size_t most);

}  // namespace flux::tools
