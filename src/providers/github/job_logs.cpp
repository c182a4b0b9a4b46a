#include "providers/github/job_logs.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "async/timer.hpp"
#include "base/text.hpp"
#include "logs/step_times.hpp"
#include "net/url.hpp"
#include "providers/github/signed_address.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int tries = 4;
constexpr seconds fetch_limit{20};
/// How long after its end a job's log may still come.
constexpr seconds upload_time{60};
/// After so long, waiting within a call is not worth it any more.
constexpr seconds fresh_end{20};
constexpr std::size_t most_remembered = 5000;
/// A job whose log could not be had is asked for again after so long.
constexpr seconds problem_lasts{5};

const builds::Job* find_job(const builds::Run& run, std::int64_t id) {
    const auto found = std::ranges::find(run.jobs, id, &builds::Job::id);
    return found == run.jobs.end() ? nullptr : &*found;
}

Error log_error(std::string message, std::string reason, std::optional<milliseconds> again = {}) {
    return {Errc::not_found, std::move(message), std::move(reason), again};
}

/// The times by which lines are given to steps.
std::vector<logs::StepTime> step_times(const builds::Job& job) {
    std::vector<logs::StepTime> times;
    for (const auto& step : job.steps) {
        if (!step.started_at || step.conclusion == builds::Conclusion::skipped) continue;
        times.push_back({.number = step.number,
                         .name = step.name,
                         .started_at = *step.started_at,
                         .completed_at = step.completed_at.value_or(WallTime::max())});
    }
    return times;
}

}  // namespace

JobLogs::JobLogs(const GithubOptions& options, logs::JobLogStore store, ApiClient& api, net::HttpClient& downloads,
                 Background& background, async::BlockingPool& pool, const Clock& clock)
    : options_{options},
      store_{std::move(store)},
      api_{api},
      downloads_{downloads},
      background_{background},
      pool_{pool},
      clock_{clock},
      archives_{options, api, downloads, pool} {}

Error JobLogs::not_there(const builds::Run& run, const builds::Job& job) const {
    using builds::Conclusion;
    using builds::Status;
    if (job.status != Status::completed) {
        const auto* word = builds::name_of(job.status);
        const auto why = job.reason.empty() ? std::string{} : fmt::format(" ({})", job.reason);
        return log_error(
            fmt::format("Job \"{}\" is {}{}. GitHub gives a job's log out when the job has ended, so there are "
                        "only its steps to see until then.",
                        job.name, word, why),
            "log_not_ready", seconds{10});
    }
    if (job.conclusion == Conclusion::skipped) {
        return log_error(fmt::format("Job \"{}\" was skipped: it wrote no log, and none will come.", job.name),
                         "log_never_written");
    }
    const auto since = clock_.wall_now() + api_.clock_difference() - job.completed_at.value_or(run.updated_at);
    if (since < upload_time) {
        return log_error(fmt::format("Job \"{}\" has ended, but GitHub has not put its log there yet.", job.name),
                         "log_not_ready", seconds{5});
    }
    if (job.conclusion == Conclusion::cancelled) {
        return log_error(fmt::format("Job \"{}\" was cancelled before its log was saved: none will come.", job.name),
                         "log_never_written");
    }
    if (since > std::chrono::hours{24}) {
        return log_error(
            fmt::format("GitHub has no log of job \"{}\" any more: logs are kept for a limited time (90 days, "
                        "unless the repository says otherwise). Run it again for a new one.",
                        job.name),
            "log_expired");
    }
    return log_error(fmt::format("GitHub has no log of job \"{}\", although it ended {} minutes ago.", job.name,
                                 std::chrono::floor<std::chrono::minutes>(since).count()),
                     "log_never_written", seconds{60});
}

Result<JobLogs::Coming> JobLogs::begin(const builds::Run& run, const builds::Job& job) {
    if (job.log_lines > 0) {
        auto here = std::make_shared<SharedAnswer<bool>>();
        here->set(true);
        return here;
    }
    if (job.status != builds::Status::completed || job.conclusion == builds::Conclusion::skipped) {
        return fail(not_there(run, job));
    }
    const std::scoped_lock lock{mutex_};
    const auto problem = problems_.find(job.id);
    if (problem != problems_.end()) {
        const bool lasts = problem->second.final || clock_.steady_now() - problem->second.noted_at < problem_lasts;
        if (lasts) return fail(log_error(problem->second.message, "log_not_ready", seconds{5}));
    }
    auto& place = in_flight_[job.id];
    if (!place) {
        place = std::make_shared<SharedAnswer<bool>>();
        background_.start(fetch_for_all(run, job, AnswerPromise<bool>{place}));
    }
    return place;
}

async::Task<Result<void>> JobLogs::fetch(builds::Run run, std::int64_t id) {
    const auto* job = find_job(run, id);
    if (job == nullptr) {
        co_return fail(Errc::not_found,
                       fmt::format("Run {} has no job {}; the run names its jobs and their ids.", run.id, id),
                       "job_not_found");
    }
    const auto coming = begin(run, *job);
    if (!coming) co_return fail(coming.error());
    auto done = co_await (*coming)->wait(steady_clock::now() + fetch_limit);
    if (done) co_return Result<void>{};
    if (done.error().reason == "upstream_slow") {
        co_return fail(log_error("The job's log is still being fetched from GitHub.", "log_not_ready", seconds{5}));
    }
    co_return fail(std::move(done.error()));
}

void JobLogs::note_problem(std::int64_t job, const Error& error) {
    const std::scoped_lock lock{mutex_};
    if (problems_.size() >= most_remembered) problems_.clear();
    problems_[job] = Problem{.message = error.message,
                             .final = error.reason == "log_never_written" || error.reason == "log_expired",
                             .noted_at = clock_.steady_now()};
}

async::Task<> JobLogs::fetch_for_all(builds::Run run, builds::Job job, AnswerPromise<bool> promise) {
    const auto id = job.id;
    auto done = co_await fetch_patiently(std::move(run), std::move(job));
    if (!done) note_problem(id, done.error());
    {
        const std::scoped_lock lock{mutex_};
        in_flight_.erase(id);
        if (done) problems_.erase(id);
    }
    promise.set(std::move(done));
}

async::Task<Result<bool>> JobLogs::fetch_patiently(builds::Run run, builds::Job job) {
    const logs::JobLogKey key{.run = run.id, .attempt = run.attempt, .job = job.id};
    auto opening = [this, key] { return store_.open_for_append(key); };
    auto opened_later = pool_.run(std::move(opening));
    auto opened = co_await std::move(opened_later);
    if (!opened && opened.error().reason == "log_complete") co_return true;
    if (!opened) co_return fail(std::move(opened.error()));
    const auto log = std::make_shared<logs::JobLogAppender>(*std::move(opened));
    // The text appears a second or two after the job's end.
    const auto ended_at = job.completed_at.value_or(run.updated_at);
    const bool fresh = clock_.wall_now() + api_.clock_difference() - ended_at < fresh_end;
    const int most = fresh ? tries : 1;
    seconds pause{1};
    auto taken = log->received();
    for (int attempt = 1;; ++attempt) {
        auto done = co_await fetch_once(run, job, log, taken);
        if (done || done.error().reason != "log_not_ready" || attempt >= most) co_return done;
        co_await async::sleep_for(pause);
        pause *= 2;
    }
}

async::Task<Result<bool>> JobLogs::fetch_once(builds::Run run, builds::Job job, Appender log, std::uint64_t& taken) {
    for (int attempt = 1;; ++attempt) {
        // A fresh address each time: it is good for a minute only.
        auto reply = co_await api_.locate(api_.of_repository(fmt::format("/actions/jobs/{}/logs", job.id)));
        Result<bool> done = true;
        const auto before = taken;
        if (!reply) {
            done = fail(std::move(reply.error()));
        } else if (const auto location = reply->field("location");
                   location && reply->status >= 300 && reply->status < 400) {
            done = co_await stream(std::string{*location}, log, taken);
        } else if (reply->status == 200) {
            done = co_await feed(log, std::move(reply->body));
        } else if (reply->status == 410) {
            done = fail(log_error(
                fmt::format("The log of job \"{}\" has expired and is gone. Run it again for a new one.", job.name),
                "log_expired"));
        } else if (reply->status == 404) {
            co_return co_await from_archive(std::move(run), std::move(job), std::move(log), taken);
        } else {
            done = fail(api_.error_of(*reply, fmt::format("read the log of job \"{}\"", job.name)));
        }
        if (done) co_return co_await finish(std::move(job), log);
        if (done.error().reason == "no_such_blob") {
            co_return co_await from_archive(std::move(run), std::move(job), std::move(log), taken);
        }
        const bool interrupted = done.error().reason == net::answer_lost && (taken > before || attempt < tries);
        if (!interrupted || attempt == 4 * tries) co_return done;
        co_await async::sleep_for(milliseconds{300});
    }
}

async::Task<Result<bool>> JobLogs::stream(std::string location, Appender log, std::uint64_t& taken) {
    auto request = request_for_signed(location, options_);
    if (!request) co_return fail(std::move(request.error()));
    request->compressed = taken == 0;
    request->total_limit = milliseconds{0};
    request->idle_limit = seconds{20};
    if (taken > 0) request->fields.emplace_back("Range", fmt::format("bytes={}-", taken));
    auto opened = co_await downloads_.open(*std::move(request));
    if (!opened) co_return fail(std::move(opened.error()));
    auto& download = **opened;
    const auto status = download.head().status;
    if (status == 404) co_return fail(Errc::not_found, "The log is not there.", "no_such_blob");
    if (status == 416) co_return true;  // all of it was there
    if (status != 200 && status != 206) {
        co_return fail(Errc::upstream_failed, fmt::format("The host of GitHub's logs answered {}.", status),
                       status >= 500 || status == 403 ? std::string{net::answer_lost} : std::string{"log_unreadable"});
    }
    // Whoever ignores Range sends the beginning again.
    auto skip = status == 200 ? taken : 0;
    while (true) {
        auto piece = co_await download.read();
        if (!piece) co_return fail(std::move(piece.error()));
        if (piece->empty()) co_return true;
        if (skip >= piece->size()) {
            skip -= piece->size();
            continue;
        }
        piece->erase(0, skip);
        skip = 0;
        const auto size = piece->size();
        auto fed = co_await feed(log, *std::move(piece));
        if (!fed) co_return fed;
        taken += size;
    }
}

async::Task<Result<bool>> JobLogs::from_archive(builds::Run run, builds::Job job, Appender log, std::uint64_t taken) {
    auto absent = not_there(run, job);
    if (absent.reason == "log_not_ready" || taken > 0) co_return fail(std::move(absent));
    if (!builds::is_over(run)) {
        co_return fail(log_error(fmt::format("GitHub has no log of job \"{}\" by itself. It may be in the archive of "
                                             "the run's logs, which is there when the run is over.",
                                             job.name),
                                 "log_not_ready", seconds{10}));
    }
    auto copied = co_await archives_.append(run, job, log);
    if (copied) co_return co_await finish(std::move(job), std::move(log));
    if (copied.error().code == Errc::not_found) co_return fail(std::move(absent));
    co_return fail(log_error(
        fmt::format("{} The archive of the run's logs is no help: {}", absent.message, copied.error().message),
        "log_unreadable", seconds{60}));
}

async::Task<Result<bool>> JobLogs::feed(Appender log, std::string piece) {
    auto work = [log, text = std::move(piece)]() -> Result<bool> {
        auto written = log->append(text);
        if (!written) return fail(std::move(written.error()));
        return true;
    };
    auto working = pool_.run(std::move(work));
    co_return co_await std::move(working);
}

async::Task<Result<bool>> JobLogs::finish(builds::Job job, Appender log) {
    auto work = [log, times = step_times(job)]() -> Result<bool> {
        auto stored = log->finish(times);
        if (!stored) return fail(std::move(stored.error()));
        return true;
    };
    auto working = pool_.run(std::move(work));
    co_return co_await std::move(working);
}

void JobLogs::describe(builds::Run& run) {
    for (auto& job : run.jobs) {
        if (job.status != builds::Status::completed) continue;
        std::optional<logs::StoredJobLog> stored;
        {
            const std::scoped_lock lock{mutex_};
            if (const auto known = complete_.find(job.id); known != complete_.end()) stored = known->second;
            job.log_due = job.conclusion != builds::Conclusion::skipped;
            if (const auto problem = problems_.find(job.id); problem != problems_.end()) {
                job.reason = problem->second.message;
                job.log_due = !problem->second.final;
            }
        }
        if (!stored) {
            stored = store_.find({.run = run.id, .attempt = run.attempt, .job = job.id});
            if (!stored || !stored->complete) continue;
            const std::scoped_lock lock{mutex_};
            if (complete_.size() >= most_remembered) complete_.clear();
            complete_.emplace(job.id, *stored);
        }
        job.log_lines = stored->lines;
        job.log_due = false;
        for (const auto& span : stored->steps) {
            const auto step = std::ranges::find(job.steps, span.step, &builds::Step::number);
            if (step == job.steps.end()) continue;
            step->first_line = span.first_line;
            step->last_line = span.last_line;
        }
    }
}

Result<builds::LogPage> JobLogs::read(const builds::LogQuery& query, int attempt) const {
    const auto log = store_.read({.run = query.run, .attempt = attempt, .job = query.job});
    if (!log) return fail(log.error());
    builds::LogPage page;
    page.total_lines = log->lines();
    page.complete = true;
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

Result<logs::FoundLines> JobLogs::search(const builds::LogSearch& search, int attempt) const {
    const auto log = store_.read({.run = search.run, .attempt = attempt, .job = search.job});
    if (!log) return fail(log.error());
    return log->search(search.pattern, search.lines);
}

std::string JobLogs::find_url(const logs::JobLogKey& key) const {
    const RE2 pattern{options_.preview_url_pattern, RE2::Quiet};
    const auto log = store_.read(key);
    if (!pattern.ok() || !log) return {};
    logs::LogWindow window;
    window.from_end = true;
    window.max_lines = 5000;
    window.max_bytes = std::size_t{1} << 20U;
    const auto lines = log->read(window);
    if (!lines) return {};
    for (auto line = lines->rbegin(); line != lines->rend(); ++line) {
        const auto& text = line->text;
        re2::StringPiece whole;
        re2::StringPiece group;
        const bool found = pattern.NumberOfCapturingGroups() > 0
                               ? RE2::PartialMatch(text, pattern, &group)
                               : pattern.Match(text, 0, text.size(), RE2::UNANCHORED, &whole, 1);
        if (!found) continue;
        const auto match = pattern.NumberOfCapturingGroups() > 0 ? group : whole;
        const auto url = net::Url::parse(std::string_view{match.data(), match.size()});
        if (url) return url->text();
    }
    return {};
}

}  // namespace flux::providers::github
