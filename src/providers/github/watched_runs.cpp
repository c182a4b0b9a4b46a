#include "providers/github/watched_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "async/timer.hpp"
#include "base/text.hpp"
#include "observe/log.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/run_mapping.hpp"
#include "providers/github/run_previews.hpp"

namespace flux::providers::github {

namespace {

using builds::PreviewState;
using builds::Status;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds refresh_limit{50};
/// Without a watch, an answer serves everybody who asks within this time.
constexpr seconds fresh_for{2};
constexpr seconds settled_fresh_for{10};
/// A watch ends when nobody has asked for so long.
constexpr seconds interest_lasts{60};
/// How long GitHub may not know a run that it has just started.
constexpr seconds unknown_for{30};
/// How old an answer may be that stands in for one that can't be had.
constexpr std::chrono::minutes stand_in_for{5};
/// A deployment may show up after the run's end, and a page may take time to appear.
constexpr seconds deployment_delay{20};
/// The log that may name the preview can take so long to be there.
constexpr seconds log_delay{120};
constexpr std::chrono::minutes probe_for{5};
constexpr seconds looks_for_expiry{60};
constexpr std::chrono::minutes hooks_trusted_for{10};
constexpr std::size_t most_jobs = 5000;
/// Logs of one run that are fetched without being asked for one by one.
constexpr std::size_t most_logs = 24;
/// How long a caller waits for the logs of a run that is over.
constexpr seconds logs_patience{6};

bool is_transient(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timed_out || error.code == Errc::rate_limited;
}

Error no_such_run(builds::RunId run, const std::string& repository) {
    return {Errc::not_found,
            fmt::format(
                "There is no run {} in {}, or the server's GitHub credentials may not see it. Ids come from a created "
                "or listed run.",
                run, repository),
            "run_not_found",
            {}};
}

Error records_unavailable() {
    return {Errc::unavailable,
            "The server's records can't be read or written now (is its disk full?). Try again.",
            "records_unavailable",
            {}};
}

void add(std::string& text, std::string_view part) {
    text += part;
    text += '\n';
}

void add_time(std::string& text, const std::optional<WallTime>& time) {
    add(text, time ? std::to_string(time->time_since_epoch().count()) : std::string{});
}

}  // namespace

std::string fingerprint(const builds::Run& run) {
    std::string text;
    const auto add_state = [&text](Status status, const std::optional<builds::Conclusion>& conclusion) {
        add(text, builds::name_of(status));
        add(text, conclusion ? builds::name_of(*conclusion) : "");
    };
    add(text, std::to_string(run.attempt));
    add_state(run.status, run.conclusion);
    add(text, run.title);
    add(text, run.reason);
    add(text, builds::name_of(run.preview.state));
    add(text, run.preview.url);
    add(text, run.preview.reason);
    for (const auto& note : run.notes) add(text, note);
    for (const auto& job : run.jobs) {
        add(text, std::to_string(job.id));
        add_state(job.status, job.conclusion);
        add(text, job.reason);
        add(text, std::to_string(job.log_lines));
        add(text, job.log_due ? "due" : "");
        for (const auto& step : job.steps) {
            add(text, step.name);
            add_state(step.status, step.conclusion);
            add_time(text, step.started_at);
        }
    }
    return text;
}

bool is_settled(const builds::Run& run) {
    const auto state = run.preview.state;
    return builds::is_over(run) && (state == PreviewState::reachable || state == PreviewState::failed ||
                                    state == PreviewState::expired || state == PreviewState::removed);
}

milliseconds poll_interval(const GithubOptions& options, int unchanged, std::size_t jobs) {
    // 3, 5, 10, 20 s: twice each rung before the next one.
    constexpr std::array factors{1.0, 1.0, 5.0 / 3, 5.0 / 3, 10.0 / 3, 10.0 / 3, 20.0 / 3};
    const auto rung = std::min<std::size_t>(static_cast<std::size_t>(unchanged), factors.size() - 1);
    auto interval = std::chrono::round<milliseconds>(options.first_interval * factors[rung]);
    // Each hundred jobs are a request of their own.
    interval += options.first_interval / 2 * static_cast<milliseconds::rep>(jobs / 100);
    return std::min(interval, options.longest_interval);
}

struct WatchedRuns::Watched {
    explicit Watched(builds::RunId run_id) : id{run_id} {}

    const builds::RunId id;
    const std::shared_ptr<builds::RunWatch> watch = std::make_shared<builds::RunWatch>();
    async::Changes pokes;

    std::mutex mutex;
    std::optional<builds::Run> run;
    std::string print;
    std::uint64_t version = 0;
    SteadyTime fetched_at{};
    SteadyTime asked_at{};
    std::uint64_t pokes_seen = 0;  ///< at the last fetch
    std::optional<SteadyTime> seeded_at;
    std::optional<SteadyTime> cancelled_at;
    bool polling = false;
    int unchanged = 0;  ///< polls in a row without news
    std::shared_ptr<SharedAnswer<builds::Run>> refreshing;
    std::vector<JobLogs::Coming> logs_coming;
    bool gathering = false;
    std::optional<WallTime> over_at;  ///< when its end was first seen, by our clock
    int preview_attempt = 0;          ///< what `kept_preview` belongs to
    builds::Preview kept_preview;
    std::vector<std::string> preview_notes;
    std::size_t jobs_over = 0;  ///< when deployments were looked at last
    SteadyTime looked_at{};
    bool look_again = false;   ///< a webhook said that a deployment moved
    int searched_attempt = 0;  ///< whose logs were all searched for a URL
};

WatchedRuns::WatchedRuns(const GithubOptions& options, ApiClient& api, net::HttpClient& probes, RequestRecords& records,
                         JobLogs& logs, RunsFeed& feed, Background& background, async::BlockingPool& pool,
                         const Clock& clock)
    : options_{options},
      api_{api},
      probes_{probes},
      records_{records},
      logs_{logs},
      feed_{feed},
      background_{background},
      pool_{pool},
      clock_{clock} {}

std::shared_ptr<WatchedRuns::Watched> WatchedRuns::watched(builds::RunId run) {
    const std::scoped_lock lock{mutex_};
    auto& place = runs_[run];
    if (!place) {
        place = std::make_shared<Watched>(run);
        place->asked_at = clock_.steady_now();
        place->watch->every_run = feed_.changes();
        const auto made = place;
        if (runs_.size() > options_.watched_runs) make_room();
        return made;
    }
    return place;
}

void WatchedRuns::make_room() {
    auto oldest = runs_.end();
    for (auto place = runs_.begin(); place != runs_.end(); ++place) {
        const std::scoped_lock lock{place->second->mutex};
        if (place->second->polling || place->second->refreshing || place->second->watch.use_count() > 1) continue;
        if (oldest == runs_.end() || place->second->asked_at < oldest->second->asked_at) oldest = place;
    }
    if (oldest != runs_.end()) runs_.erase(oldest);
}

milliseconds WatchedRuns::interval_of(const Watched& watched) const {
    if (clock_.steady_now() - hooked_at_.load() < hooks_trusted_for) return options_.interval_with_webhooks;
    return poll_interval(options_, watched.unchanged, watched.run ? watched.run->jobs.size() : 0);
}

bool WatchedRuns::is_fresh(const Watched& watched, SteadyTime now) const {
    if (!watched.run || watched.fetched_at == SteadyTime{} || watched.pokes.version() != watched.pokes_seen)
        return false;
    const auto age = now - watched.fetched_at;
    if (watched.polling) return age < interval_of(watched) + seconds{3};
    return age < (is_settled(*watched.run) ? settled_fresh_for : fresh_for);
}

async::Task<Result<builds::Run>> WatchedRuns::find(builds::RunId id) {
    const auto here = watched(id);
    bool fresh = false;
    {
        const std::scoped_lock lock{here->mutex};
        here->asked_at = clock_.steady_now();
        fresh = is_fresh(*here, here->asked_at);
        if (fresh && !here->gathering) co_return *here->run;
    }
    std::vector<std::string> notes;
    if (!fresh) {
        auto run = co_await refresh(here);
        if (!run || !builds::is_over(*run)) co_return run;
        notes = std::move(run->notes);
    }
    co_await wait_for_logs(here);
    const std::scoped_lock lock{here->mutex};
    auto run = *here->run;
    if (!fresh) run.notes = std::move(notes);
    co_return run;
}

async::Task<> WatchedRuns::wait_for_logs(std::shared_ptr<Watched> here) {
    // While the run goes on, its news are worth more than the lines of a job that has ended.
    const auto deadline = steady_clock::now() + logs_patience;
    while (true) {
        const auto version = here->watch->log.version();
        {
            const std::scoped_lock lock{here->mutex};
            if (!here->run || !here->gathering || !builds::is_over(*here->run)) co_return;
        }
        const bool news = co_await here->watch->log.wait_beyond(version, deadline);
        if (!news) co_return;
    }
}

std::shared_ptr<builds::RunWatch> WatchedRuns::watch(builds::RunId id) {
    const auto here = watched(id);
    {
        const std::scoped_lock lock{here->mutex};
        here->asked_at = clock_.steady_now();
        if (here->run && is_settled(*here->run)) return nullptr;
    }
    start_polling(here);
    return here->watch;
}

void WatchedRuns::seed(builds::Run run) {
    const auto here = watched(run.id);
    {
        const std::scoped_lock lock{here->mutex};
        here->seeded_at = clock_.steady_now();
        if (!here->run) {
            here->print = fingerprint(run);
            run.version = ++here->version;
            here->run = std::move(run);
        }
    }
    feed_.changes()->bump();
}

void WatchedRuns::poke(builds::RunId id, bool known_only) {
    std::shared_ptr<Watched> here;
    {
        const std::scoped_lock lock{mutex_};
        const auto place = runs_.find(id);
        if (place == runs_.end() && known_only) return;
        if (place != runs_.end()) here = place->second;
    }
    if (!here) here = watched(id);
    {
        const std::scoped_lock lock{here->mutex};
        here->unchanged = 0;
        here->look_again = true;
        // It may be done again: then nothing of it is settled any more.
        if (here->run && is_settled(*here->run)) here->fetched_at = SteadyTime{};
    }
    here->pokes.bump();
}

void WatchedRuns::set_preview(builds::RunId id, const builds::Preview& preview) {
    const auto here = watched(id);
    {
        const std::scoped_lock lock{here->mutex};
        here->kept_preview = preview;
        if (here->run) here->run->preview = preview;
        here->fetched_at = SteadyTime{};
    }
    here->watch->state_moved();
}

void WatchedRuns::hooks_work() { hooked_at_ = clock_.steady_now(); }

std::optional<SteadyTime> WatchedRuns::cancelled_at(builds::RunId run) {
    const auto here = watched(run);
    const std::scoped_lock lock{here->mutex};
    return here->cancelled_at;
}

void WatchedRuns::note_cancel(builds::RunId run) {
    const auto here = watched(run);
    const std::scoped_lock lock{here->mutex};
    here->cancelled_at = clock_.steady_now();
}

async::Task<Result<builds::Run>> WatchedRuns::refresh(std::shared_ptr<Watched> here) {
    std::shared_ptr<SharedAnswer<builds::Run>> answer;
    bool first = false;
    {
        const std::scoped_lock lock{here->mutex};
        first = !here->refreshing;
        if (first) here->refreshing = std::make_shared<SharedAnswer<builds::Run>>();
        answer = here->refreshing;
    }
    if (first) background_.start(refresh_for_all(here, AnswerPromise<builds::Run>{answer}));
    co_return co_await answer->wait(steady_clock::now() + refresh_limit);
}

async::Task<> WatchedRuns::refresh_for_all(std::shared_ptr<Watched> here, AnswerPromise<builds::Run> promise) {
    const auto pokes = here->pokes.version();
    Result<builds::Run> run = fail(Errc::internal, "The run was not read.");
    try {
        run = co_await fetch(here);
    } catch (const store::DatabaseFailure&) {
        run = fail(records_unavailable());
    } catch (const std::system_error&) {
        run = fail(Errc::unavailable, "The server is too busy to look at the run. Try again.", "busy");
    }
    const auto now = clock_.steady_now();
    {
        const std::scoped_lock lock{here->mutex};
        here->refreshing.reset();
        if (run) here->pokes_seen = pokes;
        const bool stands_in = !run && is_transient(run.error()) && here->run && here->fetched_at != SteadyTime{} &&
                               now - here->fetched_at < stand_in_for;
        const bool too_new = !run && run.error().reason == "run_not_found" && here->run && here->seeded_at &&
                             now - *here->seeded_at < unknown_for;
        if (stands_in) {
            auto before = *here->run;
            before.notes.push_back(fmt::format("GitHub can't be asked now ({}); this is how it stood {} s ago.",
                                               run.error().message,
                                               std::chrono::floor<seconds>(now - here->fetched_at).count()));
            run = std::move(before);
        } else if (too_new) {
            run = *here->run;
        }
    }
    promise.set(std::move(run));
}

async::Task<Result<builds::Run>> WatchedRuns::fetch(std::shared_ptr<Watched> here) {
    auto tree =
        co_await api_.get_json(api_.of_repository(fmt::format("/actions/runs/{}?exclude_pull_requests=true", here->id)),
                               fmt::format("read run {}", here->id));
    if (!tree) {
        if (tree.error().code == Errc::not_found) co_return fail(no_such_run(here->id, api_.repository()));
        co_return fail(std::move(tree.error()));
    }
    auto run = run_from(as_object(*tree));
    if (run.id != here->id) {
        co_return fail(Errc::upstream_failed, "GitHub's answer is not about the run that was asked for; try again.",
                       "upstream_answer_invalid");
    }
    auto added = co_await add_jobs(run, *here);
    if (!added) co_return fail(std::move(added.error()));
    if (run.status == Status::waiting) co_await add_approvals(run);
    co_await add_preview(run, *here);
    publish(*here, run);
    gather_logs(run, here);
    co_return run;
}

void WatchedRuns::gather_logs(const builds::Run& run, const std::shared_ptr<Watched>& here) {
    std::vector<const builds::Job*> wanted;
    for (const auto& job : run.jobs) {
        const bool ended = job.status == Status::completed && job.conclusion != builds::Conclusion::skipped;
        if (ended && job.log_lines == 0) wanted.push_back(&job);
    }
    // What failed is read first.
    std::ranges::stable_partition(wanted,
                                  [](const auto* job) { return job->conclusion != builds::Conclusion::success; });
    if (wanted.size() > most_logs) wanted.resize(most_logs);
    std::vector<JobLogs::Coming> coming;
    for (const auto* job : wanted) {
        auto one = logs_.begin(run, *job);
        if (one) coming.push_back(*std::move(one));
    }
    const std::scoped_lock lock{here->mutex};
    here->logs_coming = coming;
    if (!coming.empty() && !here->gathering) {
        here->gathering = true;
        background_.start(take_logs(here));
    }
}

async::Task<> WatchedRuns::take_logs(std::shared_ptr<Watched> here) {
    std::optional<std::uint64_t> before;
    while (true) {
        std::vector<JobLogs::Coming> coming;
        bool news = false;
        {
            const std::scoped_lock lock{here->mutex};
            coming = std::exchange(here->logs_coming, {});
            if (coming.empty()) here->gathering = false;
            if (!before) before = here->version;
            news = here->version != *before;
        }
        if (coming.empty()) {
            here->watch->log.bump();
            // One of these logs may name the preview.
            if (news && !options_.preview_url_pattern.empty()) here->pokes.bump();
            co_return;
        }
        for (const auto& one : coming) {
            const auto done = co_await one->wait(steady_clock::now() + std::chrono::minutes{10});
            co_await show_logs(here);
            static_cast<void>(done);
        }
    }
}

async::Task<> WatchedRuns::show_logs(std::shared_ptr<Watched> here) {
    std::optional<builds::Run> run;
    {
        const std::scoped_lock lock{here->mutex};
        run = here->run;
    }
    if (!run) co_return;
    auto describing = [this, run = *std::move(run)]() mutable {
        logs_.describe(run);
        return std::move(run);
    };
    auto described = pool_.run(std::move(describing));
    auto with_lines = co_await std::move(described);
    explain_missing(with_lines);
    const std::scoped_lock lock{here->mutex};
    // It was read anew meanwhile; whoever read it has described it too.
    if (!here->run || here->run->version != with_lines.version) co_return;
    auto print = fingerprint(with_lines);
    if (print == here->print) co_return;
    here->print = std::move(print);
    with_lines.version = ++here->version;
    here->run = std::move(with_lines);
    here->watch->state_moved();
    here->watch->log.bump();
}

void WatchedRuns::explain_missing(builds::Run& run) const {
    if (!builds::is_over(run) || !run.reason.empty()) return;
    const bool any = std::ranges::any_of(run.jobs, [](const builds::Job& job) { return job.log_lines > 0; });
    if (any) return;
    for (const auto& job : run.jobs) {
        if (job.status == Status::completed && !job.reason.empty()) {
            run.reason = job.reason;
            return;
        }
    }
}

async::Task<Result<void>> WatchedRuns::add_jobs(builds::Run& run, Watched&) {
    auto all = co_await api_.get_all(
        api_.of_repository(fmt::format("/actions/runs/{}/jobs?filter=latest&per_page=100", run.id)),
        fmt::format("list the jobs of run {}", run.id), "jobs", most_jobs);
    if (!all) co_return fail(std::move(all.error()));
    for (const auto& item : all->items) run.jobs.push_back(job_from(as_object(item)));
    if (!all->complete) run.notes.push_back(fmt::format("Only the first {} jobs are shown.", most_jobs));
    std::ranges::stable_sort(run.jobs, {}, &builds::Job::id);
    auto described = [this, copy = run]() mutable {
        logs_.describe(copy);
        return std::move(copy);
    };
    auto describing = pool_.run(std::move(described));
    run = co_await std::move(describing);
    explain_missing(run);
    co_return Result<void>{};
}

async::Task<> WatchedRuns::add_approvals(builds::Run& run) {
    const auto tree = co_await api_.get_json(
        api_.of_repository(fmt::format("/actions/runs/{}/pending_deployments", run.id)), "read what a run waits for");
    // Without the permission to see it, the status alone says that it waits.
    if (!tree) co_return;
    std::string text;
    bool by_people = false;
    for (const auto& item : as_array(*tree)) {
        const auto& gate = as_object(item);
        const auto name = shortened(to_utf8(text_of(object_of(gate, "environment"), "name")), 80);
        std::string people;
        for (const auto& reviewer : array_of(gate, "reviewers")) {
            const auto& who = object_of(as_object(reviewer), "reviewer");
            auto login = text_of(who, "login");
            if (login.empty()) login = text_of(who, "slug");
            people += fmt::format("{}{}", people.empty() ? "" : ", ", shortened(to_utf8(login), 60));
        }
        const auto timer = number_of(gate, "wait_timer");
        text += fmt::format("{}the environment `{}`", text.empty() ? "" : ", and ", name);
        by_people = by_people || !people.empty();
        if (!people.empty()) text += fmt::format(" (approval by {})", people);
        if (timer > 0) text += fmt::format(" (a wait of {} min)", timer);
    }
    if (text.empty()) co_return;
    run.reason = fmt::format("It waits for {}. {}", text,
                             by_people ? fmt::format("A person approves it at {}", run.html_url)
                                       : std::string{"It goes on by itself then."});
}

async::Task<> WatchedRuns::recall_preview(builds::Run& run, Watched& here) {
    bool remembered = false;
    {
        const std::scoped_lock lock{here.mutex};
        remembered = here.preview_attempt == run.attempt;
    }
    if (remembered) co_return;
    auto work = [this, id = run.id] { return records_.find_preview(id); };
    auto reading = pool_.run(std::move(work));
    const auto known = co_await std::move(reading);
    const std::scoped_lock lock{here.mutex};
    here.preview_attempt = run.attempt;
    here.kept_preview = run.preview;
    here.preview_notes.clear();
    here.jobs_over = 0;
    if (known && known->attempt == run.attempt) {
        here.kept_preview = known->preview;
        here.kept_preview.branch = run.head_branch;
    }
}

bool WatchedRuns::should_look(const builds::Run& run, Watched& here) const {
    const auto over = static_cast<std::size_t>(std::ranges::count(run.jobs, Status::completed, &builds::Job::status));
    const auto now = clock_.steady_now();
    const std::scoped_lock lock{here.mutex};
    const auto state = run.preview.state;
    if (state == PreviewState::removed || state == PreviewState::expired || !run.started_at) return false;
    // A deployment moves when a job does; of a settled one only its end is news.
    const bool moved = over != here.jobs_over || here.look_again || (builds::is_over(run) && !is_settled(run));
    const bool due = state == PreviewState::reachable && now - here.looked_at > looks_for_expiry;
    if (!moved && !due) return false;
    here.jobs_over = over;
    here.look_again = false;
    here.looked_at = now;
    return true;
}

async::Task<> WatchedRuns::look_for_preview(builds::Run& run, Watched& here) {
    auto found = co_await find_preview(api_, run);
    auto& preview = run.preview;
    if (!found) {
        // Without the permission there are no deployments to see, and that has to be said.
        if (!is_transient(found.error())) preview.reason = found.error().message;
        co_return;
    }
    {
        const std::scoped_lock lock{here.mutex};
        here.preview_notes = std::move(found->notes);
    }
    if (found->deployments.empty()) co_return;
    const bool same =
        preview.state == PreviewState::reachable && found->state == PreviewState::deployed && found->url == preview.url;
    if (same) co_return;
    preview.state = found->state;
    preview.url = found->url;
    preview.reason = found->reason;
    if (preview.state == PreviewState::deployed && preview.url.empty()) preview.state = PreviewState::building;
}

async::Task<bool> WatchedRuns::search_logs(builds::Run& run, Watched& here) {
    {
        const std::scoped_lock lock{here.mutex};
        if (here.searched_attempt == run.attempt) co_return true;
    }
    std::size_t looked_at = 0;
    bool all_here = true;
    for (auto job = run.jobs.rbegin(); job != run.jobs.rend() && looked_at < most_logs; ++job) {
        if (job->conclusion != builds::Conclusion::success) continue;
        ++looked_at;
        if (job->log_lines == 0) {
            // An empty log, or one that never comes, names nothing. Another is not waited for: the next look finds it.
            if (!job->log_due) continue;
            static_cast<void>(logs_.begin(run, *job));
            all_here = false;
            continue;
        }
        auto work = [this, key = logs::JobLogKey{.run = run.id, .attempt = run.attempt, .job = job->id}] {
            return logs_.find_url(key);
        };
        auto searching = pool_.run(std::move(work));
        auto url = co_await std::move(searching);
        if (url.empty()) continue;
        run.preview.url = std::move(url);
        run.preview.state = PreviewState::deployed;
        co_return true;
    }
    if (!all_here) co_return false;
    const std::scoped_lock lock{here.mutex};
    here.searched_attempt = run.attempt;
    co_return true;
}

void WatchedRuns::settle_preview(builds::Run& run, bool searched) const {
    auto& preview = run.preview;
    if (run.started_at && preview.state == PreviewState::requested) preview.state = PreviewState::building;
    const bool undecided = preview.state == PreviewState::building || preview.state == PreviewState::requested;
    if (!builds::is_over(run) || !undecided) return;
    if (!preview.url.empty()) {
        preview.state = PreviewState::deployed;
        return;
    }
    const bool went_well = run.conclusion == builds::Conclusion::success;
    const auto since = clock_.wall_now() + api_.clock_difference() - run.completed_at.value_or(run.updated_at);
    if (went_well && since < (searched ? deployment_delay : log_delay)) return;
    preview.state = PreviewState::failed;
    if (!went_well) {
        preview.reason = fmt::format("The run ended ({}) before it deployed a preview.",
                                     run.conclusion ? builds::name_of(*run.conclusion) : "completed");
    } else if (preview.reason.empty()) {
        preview.reason =
            "The run deployed no preview: no job has an `environment` with a `url`. Add one, or let the server's "
            "operator "
            "set FLUX_PREVIEW_URL_PATTERN to find the URL in the log.";
    }
}

async::Task<> WatchedRuns::add_preview(builds::Run& run, Watched& here) {
    co_await recall_preview(run, here);
    auto& preview = run.preview;
    {
        const std::scoped_lock lock{here.mutex};
        preview = here.kept_preview;
    }
    if (should_look(run, here)) co_await look_for_preview(run, here);
    const bool searches = builds::is_over(run) && run.conclusion == builds::Conclusion::success &&
                          preview.url.empty() && !options_.preview_url_pattern.empty();
    bool searched = true;
    if (searches) searched = co_await search_logs(run, here);
    settle_preview(run, searched);
    if (preview.state == PreviewState::deployed) {
        const auto answer = co_await probe_preview(probes_, preview.url, options_.previews_may_be_private());
        if (answer.reachable) preview.state = PreviewState::reachable;
        preview.reason = answer.reachable
                             ? answer.reason
                             : fmt::format("It is deployed, but this server can't reach it: {}.", answer.reason);
    }
    const std::scoped_lock lock{here.mutex};
    for (const auto& note : here.preview_notes) run.notes.push_back(note);
    here.kept_preview = preview;
    if (builds::is_over(run)) {
        if (!here.over_at) here.over_at = clock_.wall_now();
    } else {
        here.over_at.reset();
    }
}

void WatchedRuns::publish(Watched& here, builds::Run& run) {
    bool changed = false;
    bool lines = false;
    bool save = false;
    bool known = false;
    {
        const std::scoped_lock lock{here.mutex};
        known = here.run.has_value();
        auto print = fingerprint(run);
        changed = print != here.print;
        if (changed) {
            ++here.version;
            here.unchanged = 0;
            save =
                !here.run || here.run->preview.state != run.preview.state || here.run->preview.url != run.preview.url;
            lines = true;
        } else {
            ++here.unchanged;
        }
        here.print = std::move(print);
        run.version = here.version;
        here.run = run;
        here.fetched_at = clock_.steady_now();
    }
    if (save && (run.preview.state != PreviewState::requested && run.preview.state != PreviewState::building)) {
        auto preview = run.preview;
        pool_.post([this, preview, attempt = run.attempt] {
            try {
                records_.save_preview(preview, attempt, clock_.wall_now());
            } catch (const store::DatabaseFailure& failure) {
                observe::log::error("a preview can't be written down", {{"error", failure.what()}});
            }
        });
    }
    // What is seen for the first time hasn't moved, for those who watch all runs.
    if (changed && known) here.watch->state_moved();
    if (changed && !known) here.watch->state.bump();
    if (lines) here.watch->log.bump();
}

void WatchedRuns::start_polling(const std::shared_ptr<Watched>& here) {
    {
        const std::scoped_lock lock{here->mutex};
        if (here->polling) return;
        here->polling = true;
    }
    background_.start(poll(here));
}

async::Task<> WatchedRuns::poll(std::shared_ptr<Watched> here) {
    while (true) {
        const auto pokes = here->pokes.version();
        const auto run = co_await refresh(here);
        milliseconds wait{0};
        {
            const std::scoped_lock lock{here->mutex};
            const auto now = clock_.steady_now();
            const bool wanted = here->watch.use_count() > 1 || now - here->asked_at < interest_lasts;
            const bool lost = !run && !is_transient(run.error());
            const bool settled = run && is_settled(*run);
            // Deployed but never reachable: nobody has to wait for ever.
            const bool given_up = run && run->preview.state == PreviewState::deployed && here->over_at &&
                                  clock_.wall_now() - *here->over_at > probe_for;
            if (!wanted || lost || settled || given_up) {
                here->polling = false;
                break;
            }
            wait = interval_of(*here);
            if (!run) {
                ++here->unchanged;
                wait = std::max(wait, run.error().retry_after.value_or(milliseconds{0}));
            }
        }
        const bool poked = co_await here->pokes.wait_beyond(pokes, steady_clock::now() + wait);
        // Webhooks come in flocks.
        if (poked) co_await async::sleep_for(milliseconds{200});
    }
    here->watch->state.bump();
}

}  // namespace flux::providers::github
