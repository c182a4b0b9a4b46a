#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "async/changes.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/annotation.hpp"
#include "builds/branch_name.hpp"
#include "builds/comparison.hpp"
#include "builds/quota.hpp"
#include "builds/run.hpp"
#include "logs/line.hpp"
#include "logs/line_pattern.hpp"
#include "logs/line_search.hpp"

namespace flux::builds {

/// A dispatch input as the caller gave it; the provider checks it against what the workflow declares.
using InputValue = std::variant<std::string, double, bool>;
using Inputs = std::vector<std::pair<std::string, InputValue>>;

struct CreateRequest {
    BranchName branch;
    std::string workflow;  ///< file name under `.github/workflows/`; empty: the configured one
    Inputs inputs;
    std::optional<std::string> idempotency_key;
    bool fresh = false;     ///< never reuse a run
    bool dry_run = false;   ///< check everything, start nothing
    std::string principal;  ///< who asks: idempotency is per principal
};

struct Created {
    Run run;  ///< with `dry_run`: what would have run, id 0
    bool reused = false;
    std::string matched_by;  ///< how the run was found: `created`, `idempotency_key`, `same_request`
};

/// Part of one job's log, oldest line first.
struct LogQuery {
    RunId run = 0;
    int attempt = 0;  ///< 0: the newest
    std::int64_t job = 0;
    std::int64_t first_line = 1;
    std::int64_t last_line = std::numeric_limits<std::int64_t>::max();
    bool from_end = false;  ///< fill the limits from the window's end backwards
    std::size_t max_lines = 1000;
    std::size_t max_bytes = 256 * 1024;  ///< of text; a longer single line is cut to it and marked
    logs::Level at_least = logs::Level::debug;
    bool keep_colours = false;  ///< SGR sequences stay in the text, for those who can show them
};

struct LogPage {
    std::vector<logs::Line> lines;
    std::int64_t total_lines = 0;  ///< of the job's log so far
    bool complete = false;         ///< the job has ended: no line will follow `total_lines`
};

/// Which lines of one job's log match.
struct LogSearch {
    RunId run = 0;
    int attempt = 0;  ///< 0: the newest
    std::int64_t job = 0;
    logs::LineSearch lines = {};
    logs::LinePattern pattern;
};

struct ListQuery {
    std::string branch;    ///< empty: all
    std::string workflow;  ///< empty: all
    std::string status;    ///< a status or a conclusion; empty: all
    std::size_t limit = 10;
    std::string cursor;     ///< from the page before; empty: the first
    std::string principal;  ///< who asks; empty: the server itself
};

template <class Item>
struct Page {
    std::vector<Item> items;
    std::string cursor;  ///< empty: the last page
};

struct Branch {
    std::string name;
    std::string head_sha;
    std::string subject;  ///< of the head commit
    WallTime committed_at{};
};

/// One declared `workflow_dispatch` input.
struct WorkflowInput {
    std::string name;
    std::string type;  ///< string, boolean, number, choice, environment
    bool required = false;
    std::string description;
    std::string default_value;
    std::vector<std::string> options;
};

struct Workflow {
    std::string file;
    std::string name;
    bool dispatchable = false;
    std::string problem;  ///< why it cannot be dispatched: a YAML error with its place, no `workflow_dispatch`
    std::vector<WorkflowInput> inputs;
};

struct RerunRequest {
    RunId run = 0;
    bool failed_only = true;
    bool debug = false;
    std::string principal;
};

/// What can be waited for about one run. One of these exists per run, however many callers wait.
struct RunWatch {
    async::Changes state;  ///< run, job, step or preview moved
    async::Changes log;    ///< lines were written
    /// Of the provider: what happens to any run; nullptr where it has none.
    std::shared_ptr<async::Changes> every_run = {};

    /// Tells all who wait for the run's state, or for any run's.
    void state_moved() {
        state.bump();
        if (every_run) every_run->bump();
    }
};

/// Where the provider stands: for `/readyz` and `flux://server/limits`.
struct Health {
    bool ok = true;
    std::string state;      ///< `connected`, `degraded`, `error`
    std::string detail;     ///< how it is connected, or why not
    std::string cure = {};  ///< what an operator does about it; empty when it is connected
    std::optional<Quota> quota = {};
};

/// Runs builds somewhere. `app/` decides where; tools never know.
///
/// Every call may come from any executor and resumes there. Work belongs to a run, not to the call: cancelling a
/// waiting call never stops a run.
class Provider {
public:
    virtual ~Provider() = default;

    /// Its word in results: `local`, `github`.
    virtual std::string name() const = 0;

    /// Starts a run, or answers with the one that the same request made before. When it returns, the run is durable.
    /// `not_found` with reason `branch_not_found` (naming the nearest) or `workflow_not_found`; `invalid_argument` with
    /// `invalid_inputs`, `workflow_invalid` (file:line:column) or `workflow_not_dispatchable`; `unsupported` with
    /// `workflow_unsupported` (file:line:column, construct, cure); `conflict` with `duplicate_conflict` when the key
    /// was used for another request.
    virtual async::Task<Result<Created>> create(CreateRequest request) = 0;

    /// The run with its jobs and steps; an older attempt when `attempt` > 0. `not_found` with reason `run_not_found`.
    virtual async::Task<Result<Run>> find(RunId run, int attempt = 0) = 0;

    /// The run's counters, or nullptr if there is no such run or it can never change again.
    virtual std::shared_ptr<RunWatch> watch(RunId run) = 0;

    /// Counts what happens to any run: that it is there, moves, ends. Nullptr: this provider cannot tell.
    virtual std::shared_ptr<async::Changes> watch_runs() { return nullptr; }

    virtual async::Task<Result<LogPage>> read_log(LogQuery query) = 0;

    /// The lines that match as read_log() gives them out, from the search's first on, as far as one step goes:
    /// `next_line` says where the next begins, and is the first line itself where nothing is there. Without better
    /// knowledge a small page after the other is read, and looked through on the caller's executor.
    virtual async::Task<Result<logs::FoundLines>> search_log(LogSearch search);

    /// Newest first; jobs are left out.
    virtual async::Task<Result<Page<Run>>> runs(ListQuery query) = 0;
    virtual async::Task<Result<Page<Preview>>> previews(ListQuery query) = 0;
    virtual async::Task<Result<Page<Branch>>> branches(ListQuery query) = 0;
    /// The workflows on `query.branch` (empty: the default branch) with their inputs.
    virtual async::Task<Result<Page<Workflow>>> workflows(ListQuery query) = 0;

    /// What the commit `head` has that `base` hasn't: since where both came from the same. Nothing: the provider cannot
    /// tell, or knows one of the commits no more.
    virtual async::Task<Result<std::optional<Comparison>>> compare([[maybe_unused]] std::string base,
                                                                   [[maybe_unused]] std::string head) {
        co_return std::optional<Comparison>{};
    }

    /// What was said of a job of the run beside its log. Empty: nothing, or the provider keeps its annotations
    /// elsewhere.
    virtual async::Task<Result<std::vector<Annotation>>> annotations([[maybe_unused]] RunId run,
                                                                     [[maybe_unused]] std::int64_t job) {
        co_return std::vector<Annotation>{};
    }

    /// Stops a run and everything it started, because `principal` wants it. A run that is over is `conflict` with
    /// reason `run_completed`.
    virtual async::Task<Result<Run>> cancel(RunId run, std::string principal) = 0;

    /// A new attempt of a run that is over. `conflict` with `run_in_progress`, or `nothing_failed` when only failed
    /// jobs were asked for and none failed.
    virtual async::Task<Result<Run>> rerun(RerunRequest request) = 0;

    /// Takes a preview off the net: of one run, or of a branch (its alias and every run's site).
    virtual async::Task<Result<Preview>> remove_preview(std::variant<RunId, BranchName> what,
                                                        std::string principal) = 0;

    virtual async::Task<Health> health() = 0;

    /// What is known of the quota already, without asking. Nothing: there is none, or nobody said yet.
    virtual std::optional<Quota> quota() const { return {}; }
};

}  // namespace flux::builds
