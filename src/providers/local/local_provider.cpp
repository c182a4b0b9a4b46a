#include "providers/local/local_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "logs/job_log.hpp"
#include "previews/site_store.hpp"
#include "providers/local/listings.hpp"
#include "providers/local/preview_publisher.hpp"
#include "providers/local/recovery.hpp"
#include "providers/local/repository.hpp"
#include "providers/local/retention.hpp"
#include "providers/local/run_creation.hpp"
#include "providers/local/run_records.hpp"
#include "providers/local/runs_in_progress.hpp"

namespace flux::providers::local {

namespace {

Error no_such_run(builds::RunId run) {
    return {Errc::not_found,
            fmt::format("There is no run {}; ids come from a created or listed run.", run),
            "run_not_found",
            {}};
}

}  // namespace

/// Shared with the work on the pool, so that it outlives the provider where a call was cancelled.
struct LocalProvider::State : std::enable_shared_from_this<State> {
    State(StateLock state_lock, LocalOptions local_options, Sandbox local_sandbox, std::unique_ptr<RunRecords> records_,
          previews::SiteStore& site_store, async::BlockingPool& blocking_pool, const Clock& local_clock)
        : lock{std::move(state_lock)},
          options{std::move(local_options)},
          sandbox{std::move(local_sandbox)},
          clock{local_clock},
          pool{blocking_pool},
          repository{options.repository},
          folders{lock.directory()},
          records{std::move(records_)},
          publisher{site_store, options.addresses, options.preview_port, options.preview_life, clock},
          queue{options.jobs_at_once},
          runs{options.unfinished_runs, [this] { sweep_now(); }},
          creation{Workshop{options, sandbox, repository, folders, clock, *records, publisher, queue}, runs},
          listings{Workshop{options, sandbox, repository, folders, clock, *records, publisher, queue}, runs, creation} {
    }

    /// The threads of the queue use everything else until they have ended.
    ~State() { queue.close(); }

    void sweep_now();
    builds::Run shown(RunRecord record) const { return creation.shown(std::move(record)); }

    Result<builds::Run> find(builds::RunId run, int attempt);
    Result<RunRecords::LogPlace> find_log(builds::RunId run, std::int64_t job);
    Result<builds::LogPage> read_log(const builds::LogQuery& query);
    Result<logs::FoundLines> search_log(const builds::LogSearch& search);
    Result<builds::Run> cancel(builds::RunId run);
    Result<builds::Preview> remove_site_of(builds::RunId run);
    Result<builds::Preview> remove_sites_of(const builds::BranchName& branch);
    builds::Preview mark_removed(const previews::Site& site);
    builds::Health health() const;

    /// Does blocking work on the pool; a database that refuses becomes an error that says so.
    template <class Value>
    static async::Task<Result<Value>> on_pool(std::shared_ptr<State> state, std::function<Result<Value>(State&)> work) {
        auto guarded = [state, work = std::move(work)]() -> Result<Value> {
            try {
                return work(*state);
            } catch (const store::DatabaseFailure&) {
                return fail(Errc::unavailable,
                            "The server's records can't be read or written now (is its disk full?). Try again.",
                            "records_unavailable");
            }
        };
        auto running = state->pool.run(std::move(guarded));
        co_return co_await std::move(running);
    }

    const StateLock lock;
    const LocalOptions options;
    const Sandbox sandbox;
    const Clock& clock;
    async::BlockingPool& pool;
    const Repository repository;
    const RunFolders folders;
    const std::unique_ptr<RunRecords> records;
    PreviewPublisher publisher;
    JobQueue queue;
    RunsInProgress runs;
    RunCreation creation;
    Listings listings;
};

void LocalProvider::State::sweep_now() {
    try {
        const auto quiet = creation.no_new_attempts();
        sweep(options, folders, *records, publisher.sites(), clock);
    } catch (const store::DatabaseFailure&) {
        // The next sweep finds the same again.
    }
}

Result<builds::Run> LocalProvider::State::find(builds::RunId run, int attempt) {
    if (const auto execution = runs.find(run)) {
        auto live = execution->snapshot();
        if (attempt == 0 || attempt == live.attempt) return live;
    }
    auto record = records->find(run, attempt);
    if (record) return shown(*std::move(record));
    const auto newest = attempt > 0 ? records->find(run) : std::nullopt;
    if (!newest) return fail(no_such_run(run));
    return fail(Errc::not_found,
                fmt::format("Run {} has {} attempts; there is no attempt {}.", run, newest->run.attempt, attempt),
                "run_not_found");
}

Result<RunRecords::LogPlace> LocalProvider::State::find_log(builds::RunId run, std::int64_t job) {
    if (auto place = records->find_log(run, job)) return *std::move(place);
    if (!records->find(run)) return fail(no_such_run(run));
    return fail(Errc::not_found, fmt::format("Run {} has no job {}; the run names its jobs and their ids.", run, job),
                "job_not_found");
}

Result<builds::LogPage> LocalProvider::State::read_log(const builds::LogQuery& query) {
    auto place = find_log(query.run, query.job);
    if (!place) return fail(std::move(place.error()));
    if (const auto execution = runs.find(query.run)) {
        // The job may have ended since the record was read, never the other way round.
        if (const auto job = execution->find_job(query.job)) place->complete = job->status == builds::Status::completed;
    }
    builds::LogPage page;
    page.complete = place->complete;
    const auto log = logs::JobLogReader::open(folders.log(query.run, place->attempt, place->job));
    if (!log && log.error().code == Errc::not_found) return page;
    if (!log) return fail(log.error());
    page.total_lines = log->lines();
    auto lines = log->read(logs::LogWindow{.first_line = query.first_line,
                                           .last_line = std::min(query.last_line, page.total_lines),
                                           .from_end = query.from_end,
                                           .max_lines = query.max_lines,
                                           .max_bytes = query.max_bytes,
                                           .at_least = query.at_least,
                                           .keep_colours = query.keep_colours});
    if (!lines) return fail(std::move(lines.error()));
    page.lines = *std::move(lines);
    return page;
}

Result<logs::FoundLines> LocalProvider::State::search_log(const builds::LogSearch& search) {
    const auto place = find_log(search.run, search.job);
    if (!place) return fail(place.error());
    const auto log = logs::JobLogReader::open(folders.log(search.run, place->attempt, place->job));
    logs::FoundLines nothing_yet;
    nothing_yet.next_line = search.lines.first_line;
    if (!log && log.error().code == Errc::not_found) return nothing_yet;
    if (!log) return fail(log.error());
    return log->search(search.pattern, search.lines);
}

Result<builds::Run> LocalProvider::State::cancel(builds::RunId run) {
    if (const auto execution = runs.find(run); execution && execution->cancel("cancelled on request")) {
        return execution->snapshot();
    }
    auto now = find(run, 0);
    if (!now) return now;
    // It is being cancelled already: asking twice is no mistake.
    if (!builds::is_over(*now)) return now;
    return fail(Errc::conflict,
                fmt::format("Run {} is over ({}); there is nothing to cancel.", run,
                            now->conclusion ? builds::name_of(*now->conclusion) : "completed"),
                "run_completed");
}

builds::Preview LocalProvider::State::mark_removed(const previews::Site& site) {
    records->save_preview(site.run_id, site.attempt, builds::PreviewState::removed, "It was removed on request.");
    builds::Preview preview{.state = builds::PreviewState::removed,
                            .run_id = site.run_id,
                            .branch = site.branch,
                            .url = {},
                            .alias_url = {},
                            .path_url = {},
                            .reason = "It was removed on request.",
                            .expires_at = {}};
    publisher.complete(preview, site.id);
    runs.every_run()->bump();
    return preview;
}

Result<builds::Preview> LocalProvider::State::remove_site_of(builds::RunId run) {
    if (runs.find(run)) {
        return fail(Errc::conflict, fmt::format("Run {} goes on. Cancel it first, or wait for its end.", run),
                    "run_in_progress");
    }
    auto record = records->find(run);
    if (!record) return fail(no_such_run(run));
    std::optional<builds::Preview> removed;
    // Newest last, so that what is answered is the newest attempt's.
    auto served = publisher.sites().sites();
    std::ranges::reverse(served);
    for (const auto& site : served) {
        if (site.run_id != run) continue;
        if (auto gone = publisher.sites().remove(site.id)) removed = mark_removed(*gone);
    }
    if (removed) return *std::move(removed);
    const auto state = record->run.preview.state;
    const auto reason = record->run.preview.reason;
    if (state == builds::PreviewState::removed) return shown(*std::move(record)).preview;
    if (is_elsewhere(record->run.preview)) {
        return fail(Errc::not_found,
                    fmt::format("The page of run {} is not served here but at {}: take it down there.", run,
                                record->run.preview.url),
                    "preview_not_found");
    }
    return fail(Errc::not_found,
                fmt::format("Run {} has no preview to remove: its state is {}.{}{}", run, builds::name_of(state),
                            reason.empty() ? "" : " ", reason),
                "preview_not_found");
}

Result<builds::Preview> LocalProvider::State::remove_sites_of(const builds::BranchName& branch) {
    auto gone = publisher.sites().remove_branch(branch.text());
    if (!gone) return fail(std::move(gone.error()));
    if (gone->empty()) {
        return fail(Errc::not_found, fmt::format("Branch `{}` has no preview that is served.", branch.text()),
                    "preview_not_found");
    }
    std::ranges::sort(*gone, {}, [](const auto& site) { return std::pair{site.run_id, site.attempt}; });
    builds::Preview newest;
    for (const auto& site : *gone) newest = mark_removed(site);
    return newest;
}

builds::Health LocalProvider::State::health() const {
    const auto directory = repository.git_directory();
    if (!directory) {
        return {.ok = false,
                .state = "error",
                .detail = directory.error().message,
                .cure = "Put that right and start the server again; `flux-mcp check` tries it."};
    }
    if (const auto room = runs.has_room(); !room) {
        return {.ok = true,
                .state = "degraded",
                .detail = room.error().message,
                .cure = "Nothing, when it passes: runs are let in again as others end."};
    }
    return {.ok = true,
            .state = "connected",
            .detail = fmt::format("isolation {}{}{}", sandbox.level(), sandbox.detail().empty() ? "" : ": ",
                                  sandbox.detail())};
}

LocalProvider::LocalProvider(std::shared_ptr<State> state) : state_{std::move(state)} {}

LocalProvider::~LocalProvider() { shutdown(std::chrono::steady_clock::now()); }

Result<std::unique_ptr<LocalProvider>> LocalProvider::open(StateLock lock, LocalOptions options, Sandbox sandbox,
                                                           previews::SiteStore& sites, async::BlockingPool& pool,
                                                           const Clock& clock) {
    auto records = RunRecords::open(lock.directory() / "runs.db");
    if (!records) return fail(std::move(records.error()));
    try {
        recover(**records, sites, RunFolders{lock.directory()}, clock);
    } catch (const store::DatabaseFailure& failure) {
        return fail(Errc::unavailable, fmt::format("The records of runs can't be written: {}.", failure.what()));
    }
    auto state = std::make_shared<State>(std::move(lock), std::move(options), std::move(sandbox), *std::move(records),
                                         sites, pool, clock);
    state->runs.begin_housekeeping();
    return std::unique_ptr<LocalProvider>{new LocalProvider{std::move(state)}};
}

void LocalProvider::shutdown(std::chrono::steady_clock::time_point deadline) { state_->runs.stop(deadline); }

async::Task<Result<builds::Created>> LocalProvider::create(builds::CreateRequest request) {
    std::function<Result<builds::Created>(State&)> work = [request = std::move(request)](State& state) {
        return state.creation.create(request);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Run>> LocalProvider::find(builds::RunId run, int attempt) {
    std::function<Result<builds::Run>(State&)> work = [run, attempt](State& state) { return state.find(run, attempt); };
    return State::on_pool(state_, std::move(work));
}

std::shared_ptr<builds::RunWatch> LocalProvider::watch(builds::RunId run) { return state_->runs.watch(run); }

std::shared_ptr<async::Changes> LocalProvider::watch_runs() { return state_->runs.every_run(); }

async::Task<Result<builds::LogPage>> LocalProvider::read_log(builds::LogQuery query) {
    std::function<Result<builds::LogPage>(State&)> work = [query](State& state) { return state.read_log(query); };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<logs::FoundLines>> LocalProvider::search_log(builds::LogSearch search) {
    std::function<Result<logs::FoundLines>(State&)> work = [search = std::move(search)](State& state) {
        return state.search_log(search);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Page<builds::Run>>> LocalProvider::runs(builds::ListQuery query) {
    std::function<Result<builds::Page<builds::Run>>(State&)> work = [query = std::move(query)](State& state) {
        return state.listings.runs(query);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Page<builds::Preview>>> LocalProvider::previews(builds::ListQuery query) {
    std::function<Result<builds::Page<builds::Preview>>(State&)> work = [query = std::move(query)](State& state) {
        return state.listings.previews(query);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Page<builds::Branch>>> LocalProvider::branches(builds::ListQuery query) {
    std::function<Result<builds::Page<builds::Branch>>(State&)> work = [query = std::move(query)](State& state) {
        return state.listings.branches(query);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Page<builds::Workflow>>> LocalProvider::workflows(builds::ListQuery query) {
    std::function<Result<builds::Page<builds::Workflow>>(State&)> work = [query = std::move(query)](State& state) {
        return state.listings.workflows(query);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<std::optional<builds::Comparison>>> LocalProvider::compare(std::string base, std::string head) {
    using Found = std::optional<builds::Comparison>;
    std::function<Result<Found>(State&)> work = [base = std::move(base), head = std::move(head)](State& state) {
        auto comparison = state.repository.compare(base, head);
        if (comparison) return Result<Found>{*std::move(comparison)};
        if (comparison.error().code == Errc::not_found) return Result<Found>{std::nullopt};
        return Result<Found>{fail(std::move(comparison.error()))};
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Run>> LocalProvider::cancel(builds::RunId run, std::string /*principal*/) {
    std::function<Result<builds::Run>(State&)> work = [run](State& state) { return state.cancel(run); };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Run>> LocalProvider::rerun(builds::RerunRequest request) {
    std::function<Result<builds::Run>(State&)> work = [request = std::move(request)](State& state) {
        return state.creation.rerun(request);
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<Result<builds::Preview>> LocalProvider::remove_preview(std::variant<builds::RunId, builds::BranchName> what,
                                                                   std::string /*principal*/) {
    std::function<Result<builds::Preview>(State&)> work = [what = std::move(what)](State& state) {
        if (const auto* run = std::get_if<builds::RunId>(&what)) return state.remove_site_of(*run);
        return state.remove_sites_of(std::get<builds::BranchName>(what));
    };
    return State::on_pool(state_, std::move(work));
}

async::Task<builds::Health> LocalProvider::health() {
    std::function<Result<builds::Health>(State&)> work = [](State& state) {
        return Result<builds::Health>{state.health()};
    };
    auto asked = State::on_pool(state_, std::move(work));
    auto answer = co_await std::move(asked);
    if (answer) co_return *std::move(answer);
    builds::Health unknown{.ok = false, .state = "error", .detail = answer.error().message};
    co_return unknown;
}

}  // namespace flux::providers::local
