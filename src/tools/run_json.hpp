#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "builds/quota.hpp"
#include "builds/run.hpp"

namespace flux::tools {

/// A run as every tool shows it, without its jobs and preview: `run_id, status, conclusion, html_url, created_at,
/// head_branch, …`. What is unknown is null where clients look for it and absent otherwise.
boost::json::object run_json(const builds::Run& run);

/// Jobs, those that failed first, then those that run; at most `limit`. `steps`: with each step.
boost::json::array jobs_json(const builds::Run& run, bool steps, std::size_t limit, WallTime now);

boost::json::object preview_json(const builds::Preview& preview);

/// `limit, remaining, reset_at`.
boost::json::object quota_json(const builds::Quota& quota);

/// The jobs in the order in which a reader wants them: failed, running, cancelled, the others; each group in its order.
std::vector<const builds::Job*> jobs_by_interest(const builds::Run& run);

/// Whether it ended as nobody wanted it to. What somebody called off has not.
bool has_failed(std::optional<builds::Conclusion> conclusion);

/// Seconds from start to end, or to `now` while it runs; nothing before it started.
std::optional<double> duration_s(std::optional<WallTime> started, std::optional<WallTime> ended, WallTime now);

/// The step that runs, or else the one that failed, or nullptr.
const builds::Step* notable_step(const builds::Job& job);

}  // namespace flux::tools
