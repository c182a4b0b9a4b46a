#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "builds/quota.hpp"
#include "builds/run.hpp"

namespace flux::tools {

/// How much of a run's jobs is told.
struct StatusDetail {
    std::size_t jobs = 40;  ///< at most; the failed and the running ones first
    bool steps = false;
};

/// What is told beside the run itself.
struct StatusMoment {
    WallTime now{};
    bool changed = false;  ///< it moved while the caller waited
    std::optional<builds::Quota> quota = {};
};

/// Where a run stands, as builds.status and `flux://runs/{run_id}` say it: `run, elapsed_s, jobs, jobs_total,
/// waiting_for, preview, changed, look_again_in_s, quota, next`.
boost::json::object status_json(const builds::Run& run, StatusDetail detail, const StatusMoment& moment);

/// The same as text.
std::string status_text(const builds::Run& run, StatusDetail detail, const StatusMoment& moment);

}  // namespace flux::tools
