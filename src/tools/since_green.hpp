#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "builds/comparison.hpp"
#include "builds/provider.hpp"
#include "tools/set_up_changes.hpp"

namespace flux::tools {

/// The newest run of the same workflow that was green before this one, and what came since.
struct SinceGreen {
    builds::Run green;                             ///< of the same branch, else of another one
    std::optional<builds::Comparison> comparison;  ///< nothing: not known
    SetUpComparison set_up = {};                   ///< of the first job that failed
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

/// Looks back from a run, of whose failed jobs `failed` is the first (nullptr: none is known). What cannot be found out
/// is not known, never an error. Run and job live as long as the task.
async::Task<RunHistory> look_back(builds::Provider& provider, const builds::Run& run, const builds::Job* failed);

/// How much of a history an answer shows.
struct HistoryLimits {
    std::size_t commits = 5;
    std::size_t files = 12;
    std::size_t set_up = 8;
};

/// `{run_id, branch, head_sha, created_at, commits, commits_total, files, files_total, set_up, slower}`, or null. Where
/// nothing is known of commits and files, these members are null. `more_files`: there may be more than `files_total`.
boost::json::value since_green_json(const RunHistory& history, const builds::Run& run, HistoryLimits limits);

/// `{passed, failed, passed_run_id}`, or null.
boost::json::value flaky_json(const RunHistory& history);

/// Both as text, the repository's own words fenced; empty where nothing is known.
std::string history_text(const RunHistory& history, const builds::Run& run, HistoryLimits limits);

}  // namespace flux::tools
