#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "builds/comparison.hpp"
#include "builds/provider.hpp"
#include "tools/run_differences.hpp"
#include "tools/set_up_changes.hpp"

namespace flux::tools {

/// The newest run of the same workflow that was green before this one, and what came since.
struct SinceGreen {
    builds::Run green;                             ///< of the same branch, else of another one
    std::optional<builds::Comparison> comparison;  ///< nothing: not known
    SetUpComparison set_up = {};
    RunDifferences differences = {};
    std::size_t failed_jobs = 0;  ///< of which the set-up of some was compared
};

/// How other runs of the very same commit ended.
struct SameCommit {
    std::size_t passed = 0;
    std::size_t failed = 0;  ///< with the run that is asked about
    builds::RunId passed_run = 0;
};

/// What the history of a failed run says about it.
struct RunHistory {
    std::optional<SinceGreen> since_green;
    std::optional<SameCommit> flaky;  ///< set where the same commit was green as well
};

/// How much of a history is looked at, and shown.
struct HistoryLimits {
    std::size_t commits = 5;
    std::size_t files = 12;
    std::size_t set_up = 8;
    std::size_t set_up_jobs = 4;  ///< whose logs are read for what they were set up with: two downloads each
};

/// Looks back from a run, of whose jobs these `failed`. What cannot be found out is not known, never an error. Run and
/// jobs live as long as the task.
async::Task<RunHistory> look_back(builds::Provider& provider, const builds::Run& run,
                                  const std::vector<const builds::Job*>& failed, HistoryLimits limits);

/// `{run_id, branch, head_sha, created_at, commits, commits_total, files, files_total, set_up, set_up_compared,
/// failed_jobs}` and what RunDifferences adds, or null. Where nothing is known of commits and files, these members are
/// null. `more_files`: there may be more than `files_total`.
boost::json::value since_green_json(const RunHistory& history, HistoryLimits limits);

/// `{passed, failed, passed_run_id}`, or null.
boost::json::value flaky_json(const RunHistory& history);

/// Both as text, the repository's own words fenced; empty where nothing is known.
std::string history_text(const RunHistory& history, HistoryLimits limits);

}  // namespace flux::tools
