#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace flux::builds {

/// Small integers that never repeat; below 2^53, so that JavaScript can hold them.
using RunId = std::int64_t;

/// Where a run, job or step stands, in GitHub's words, for every provider.
enum class Status { requested, queued, pending, waiting, in_progress, completed };

/// How it ended, in GitHub's words.
enum class Conclusion {
    success,
    failure,
    cancelled,
    skipped,
    neutral,
    timed_out,
    action_required,
    startup_failure,
    stale,
};

/// What can be seen of a job while it runs: its lines, or only that its steps begin and end.
enum class LiveLog { lines, steps };

const char* name_of(LiveLog live);
const char* name_of(Status status);
const char* name_of(Conclusion conclusion);
std::optional<Status> status_from(std::string_view name);
std::optional<Conclusion> conclusion_from(std::string_view name);

struct Step {
    int number = 0;  ///< from 1, in the order of the job's log
    std::string name;
    Status status = Status::queued;
    std::optional<Conclusion> conclusion;
    std::optional<WallTime> started_at;
    std::optional<WallTime> completed_at;
    std::int64_t first_line = 0;  ///< of the job's log; 0: it wrote none
    std::int64_t last_line = 0;   ///< inclusive; grows while the step runs
};

struct Job {
    std::int64_t id = 0;  ///< unique in its provider
    std::string key;      ///< the job's id in the workflow file
    std::string name;     ///< as shown: with its matrix values, `test (20)`
    Status status = Status::queued;
    std::optional<Conclusion> conclusion;
    std::string reason;  ///< why it waits, was skipped or ended so, where the words above don't say it
    std::optional<WallTime> started_at;
    std::optional<WallTime> completed_at;
    std::vector<std::string> needs;
    std::vector<Step> steps;
    std::int64_t log_lines = 0;  ///< written so far
    bool log_due = false;        ///< it has ended, and its lines are not here yet
};

enum class PreviewState { requested, building, deployed, reachable, failed, expired, removed };

const char* name_of(PreviewState state);
std::optional<PreviewState> preview_state_from(std::string_view name);

/// What a run shows to the world, and where.
struct Preview {
    PreviewState state = PreviewState::requested;
    RunId run_id = 0;
    std::string branch;
    std::string url;        ///< the run's own site, immutable; known from the start where the provider can foretell it
    std::string alias_url;  ///< the branch's newest successful site; empty: none
    std::string path_url;   ///< the same site by path, for clients that can't resolve `*.localhost`; empty: none
    std::string reason;     ///< why it failed, expired or is absent
    std::optional<WallTime> expires_at;
};

/// One run of a workflow: the newest attempt, unless an older one was asked for.
struct Run {
    RunId id = 0;
    int attempt = 1;
    std::string name;           ///< the workflow's name
    std::string title;          ///< `run-name`, or the commit's subject
    std::string workflow_file;  ///< `deploy.yml`
    std::string head_branch;
    std::string head_sha;
    Status status = Status::queued;
    std::optional<Conclusion> conclusion;
    std::string reason;  ///< e.g. `interrupted`, `timed out`; empty where the words above say it
    std::string html_url;
    std::string logs_url;
    LiveLog live_log = LiveLog::lines;
    std::string isolation;  ///< level of sandbox in force: `bwrap`, `none`; empty where the provider isn't ours
    std::vector<std::string>
        notes;  ///< what a reader of the result should know, e.g. that the host isn't `ubuntu-22.04`
    WallTime created_at{};
    WallTime updated_at{};
    std::optional<WallTime> started_at;
    std::optional<WallTime> completed_at;
    std::vector<Job> jobs;
    Preview preview;
    std::uint64_t version = 0;  ///< grows with every change of anything above; for `Provider::watch`
};

bool is_over(const Run& run);

}  // namespace flux::builds
