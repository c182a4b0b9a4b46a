#include "providers/github/github_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "async/timer.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "net/http_client.hpp"
#include "observe/log.hpp"
#include "providers/github/access_check.hpp"
#include "providers/github/annotations.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_metrics.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/background.hpp"
#include "providers/github/comparisons.hpp"
#include "providers/github/credentials.hpp"
#include "providers/github/github_clock.hpp"
#include "providers/github/job_logs.hpp"
#include "providers/github/listings.hpp"
#include "providers/github/request_records.hpp"
#include "providers/github/run_creation.hpp"
#include "providers/github/run_mapping.hpp"
#include "providers/github/run_previews.hpp"
#include "providers/github/runs_feed.hpp"
#include "providers/github/watched_runs.hpp"
#include "providers/github/webhook.hpp"
#include "providers/github/workflow_files.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// A plain cancel that hasn't taken after so long is followed by one that GitHub enforces.
constexpr seconds cancel_patience{30};
/// How long an answer about GitHub's health is good for.
constexpr seconds health_lasts{30};

constexpr std::string_view retry_cure =
    "It is tried again by itself. If it stays so, look at GitHub's own status page, and at this server's way there "
    "(FLUX_GITHUB_API_URL, proxy, firewall).";
constexpr std::string_view settings_cure =
    "Correct the server's GitHub settings and start it again; `flux-mcp check` tries each of them.";

std::unique_ptr<Credentials> credentials_for(const GithubOptions& options, net::HttpClient& http, GithubClock& clock) {
    if (!options.app_id.empty()) {
        AppIdentity app{.app_id = options.app_id,
                        .key = options.app_key,
                        .installation_id = options.installation_id,
                        .repository = options.full_name(),
                        .version = options.api_version()};
        return app_installation(std::move(app), options.api_url, http, clock);
    }
    if (options.token_file) return token_in_file(*options.token_file);
    return fixed_token(options.token);
}

bool has_failed(const builds::Job& job) {
    return job.conclusion && *job.conclusion != builds::Conclusion::success &&
           *job.conclusion != builds::Conclusion::skipped && *job.conclusion != builds::Conclusion::neutral;
}

Error rerun_outcome_unknown(builds::RunId run, int attempt) {
    return {Errc::unavailable,
            fmt::format("Nobody knows yet whether GitHub does run {0} again: its answer was lost, and it still shows "
                        "attempt {1}. Look with builds.status first; ask again only if that stays attempt {1}.",
                        run, attempt),
            "rerun_outcome_unknown", seconds{15}};
}

bool is_transient(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timed_out || error.code == Errc::rate_limited;
}

}  // namespace

/// In the order in which the parts are made; the background ends before what its tasks use.
struct GithubProvider::State {
    State(GithubOptions github_options, std::unique_ptr<RequestRecords> request_records, logs::JobLogStore log_store,
          const Clock& github_clock)
        : options{std::move(github_options)},
          clock{github_clock},
          records{std::move(request_records)},
          http{{.at_once = options.requests_at_once, .waiting = 2048, .certificate_file = options.certificate_file}},
          downloads{
              {.at_once = options.downloads_at_once, .waiting = 2048, .certificate_file = options.certificate_file}},
          probes{{.at_once = 4, .waiting = 256, .certificate_file = options.certificate_file}},
          credentials{credentials_for(options, http, time_there)},
          api{options.api_url,
              options.full_name(),
              options.api_version(),
              options.requests_at_once,
              http,
              *credentials,
              background,
              clock,
              time_there},
          files{api, options.workflow_file, options.any_workflow},
          logs{options, std::move(log_store), api, downloads, background, pool, clock},
          feed{options, api, background, clock},
          watched{options, api, probes, *records, logs, feed, background, pool, clock},
          creation{options, api, files, *records, watched, background, pool, clock},
          listings{api, files, *records, pool},
          comparisons{api} {}

    async::Task<Result<builds::Run>> find(builds::RunId run, int attempt);
    async::Task<Result<builds::Run>> older_attempt(builds::RunId run, int attempt);
    /// The attempt whose log of that job is here now; nothing: it will come later.
    async::Task<Result<std::optional<int>>> fetch_log(builds::RunId run, int attempt, std::int64_t job);
    async::Task<Result<builds::Run>> cancel(builds::RunId run, std::string principal);
    async::Task<Result<builds::Run>> rerun(builds::RerunRequest request);
    async::Task<Result<builds::Preview>> remove_preview_of(builds::RunId run, std::string principal);
    async::Task<builds::Health> ask_health();
    builds::Health health_of(const Result<net::HttpReply>& reply) const;

    const GithubOptions options;
    const Clock& clock;
    const std::unique_ptr<RequestRecords> records;
    /// Its own, so that no work is left behind that uses the rest: it ends with the provider.
    std::unique_ptr<async::BlockingPool> own_pool = std::make_unique<async::BlockingPool>(2);
    async::BlockingPool& pool = *own_pool;
    net::HttpClient http;
    net::HttpClient downloads;
    net::HttpClient probes;
    GithubClock time_there{clock};
    const std::unique_ptr<Credentials> credentials;
    Background background;
    ApiClient api;
    WorkflowFiles files;
    JobLogs logs;
    RunsFeed feed;
    WatchedRuns watched;
    RunCreation creation;
    Listings listings;
    Comparisons comparisons;
    Deliveries deliveries;

    std::mutex health_mutex;
    std::optional<builds::Health> last_health;
    SteadyTime health_at{};
};

async::Task<Result<builds::Run>> GithubProvider::State::find(builds::RunId run, int attempt) {
    auto newest = co_await watched.find(run);
    if (!newest || attempt == 0 || attempt == newest->attempt) co_return newest;
    if (attempt > newest->attempt) {
        co_return fail(Errc::not_found,
                       fmt::format("Run {} has {} attempts; there is no attempt {}.", run, newest->attempt, attempt),
                       "run_not_found");
    }
    co_return co_await older_attempt(run, attempt);
}

async::Task<Result<std::optional<int>>> GithubProvider::State::fetch_log(builds::RunId id, int asked,
                                                                         std::int64_t job) {
    auto run = co_await find(id, asked);
    if (!run) co_return fail(std::move(run.error()));
    std::optional<int> attempt = run->attempt;
    auto fetched = co_await logs.fetch(*std::move(run), job);
    if (!fetched && fetched.error().reason == "log_not_ready") attempt.reset();
    if (!fetched && attempt) co_return fail(std::move(fetched.error()));
    co_return attempt;
}

async::Task<Result<builds::Run>> GithubProvider::State::older_attempt(builds::RunId id, int attempt) {
    const auto path = api.of_repository(fmt::format("/actions/runs/{}/attempts/{}", id, attempt));
    auto tree = co_await api.get_json(path, fmt::format("read attempt {} of run {}", attempt, id));
    if (!tree) co_return fail(std::move(tree.error()));
    auto run = run_from(as_object(*tree));
    auto jobs = co_await api.get_all(path + "/jobs?per_page=100", "list the jobs of an attempt", "jobs", 5000);
    if (!jobs) co_return fail(std::move(jobs.error()));
    for (const auto& item : jobs->items) run.jobs.push_back(job_from(as_object(item)));
    run.preview.state = builds::PreviewState::expired;
    run.preview.reason = "A later attempt took its place.";
    auto describing = [this, run = std::move(run)]() mutable {
        logs.describe(run);
        return std::move(run);
    };
    auto described = pool.run(std::move(describing));
    co_return co_await std::move(described);
}

async::Task<Result<builds::Run>> GithubProvider::State::cancel(builds::RunId id, std::string principal) {
    auto run = co_await watched.find(id);
    if (!run) co_return run;
    if (builds::is_over(*run)) {
        co_return fail(Errc::conflict,
                       fmt::format("Run {} is over ({}); there is nothing to cancel.", id,
                                   run->conclusion ? builds::name_of(*run->conclusion) : "completed"),
                       "run_completed");
    }
    const auto asked = watched.cancelled_at(id);
    const auto now = clock.steady_now();
    const bool enforce = asked && now - *asked >= cancel_patience;
    if (asked && !enforce) {
        run->notes.push_back(
            "It is being cancelled already. If it still runs in half a minute, cancel it again: then GitHub "
            "ends it without asking its jobs.");
        co_return run;
    }
    const auto path = fmt::format("/actions/runs/{}/{}", id, enforce ? "force-cancel" : "cancel");
    const auto reply = co_await api.send("POST", api.of_repository(path), {}, std::move(principal));
    if (!reply) co_return fail(reply.error());
    if (reply->status == 409) {
        watched.poke(id, true);
        auto again = co_await watched.find(id);
        if (again && builds::is_over(*again)) {
            co_return fail(Errc::conflict, fmt::format("Run {} has just ended; there is nothing to cancel.", id),
                           "run_completed");
        }
    }
    if (reply->status >= 300) co_return fail(api.error_of(*reply, fmt::format("cancel run {}", id)));
    watched.note_cancel(id);
    watched.poke(id, true);
    auto after = co_await watched.find(id);
    if (!after) after = run;
    if (!builds::is_over(*after)) {
        after->notes.push_back(enforce ? "GitHub was told to end it without asking its jobs."
                                       : "GitHub was asked to cancel it; its jobs get up to five minutes to stop.");
    }
    co_return after;
}

async::Task<Result<builds::Run>> GithubProvider::State::rerun(builds::RerunRequest request) {
    auto run = co_await watched.find(request.run);
    if (!run) co_return run;
    if (!builds::is_over(*run)) {
        co_return fail(Errc::conflict,
                       fmt::format("Run {} goes on. Cancel it first, or wait for its end.", request.run),
                       "run_in_progress");
    }
    if (request.failed_only && std::ranges::none_of(run->jobs, has_failed)) {
        co_return fail(
            Errc::conflict,
            fmt::format("No job of run {} failed. To do all of it again, set `failed_only` to false.", request.run),
            "nothing_failed");
    }
    std::string body;
    json::Writer{body}.object().key("enable_debug_logging").boolean(request.debug).end_object();
    const auto path =
        fmt::format("/actions/runs/{}/{}", request.run, request.failed_only ? "rerun-failed-jobs" : "rerun");
    const auto reply = co_await api.send("POST", api.of_repository(path), std::move(body), request.principal);
    const bool lost = !reply && (reply.error().reason == net::answer_lost || reply.error().reason == "upstream_slow");
    if (!reply && !lost) co_return fail(reply.error());
    // A gateway's 5xx says nothing of what GitHub did behind it.
    const bool unsure = lost || reply->status >= 500;
    if (!unsure && reply->status == 403 && ascii_lower(reply->body).find("rerun") == std::string::npos &&
        ascii_lower(reply->body).find("retried") != std::string::npos) {
        co_return fail(Errc::conflict,
                       fmt::format("GitHub does not do run {} again: {}. Runs can be repeated for 30 days.",
                                   request.run, message_of(*reply)),
                       "run_not_repeatable");
    }
    if (!unsure && reply->status >= 300) {
        co_return fail(api.error_of(*reply, fmt::format("do run {} again", request.run)));
    }
    if (unsure) observe::log::warning("GitHub's answer to a rerun was lost; looking for it", {{"run", request.run}});
    const auto before = run->attempt;
    for (int look = 0; look < 4; ++look) {
        watched.poke(request.run, true);
        auto found = co_await watched.find(request.run);
        if (found && found->attempt > before) co_return found;
        co_await async::sleep_for(seconds{1});
    }
    if (unsure) co_return fail(rerun_outcome_unknown(request.run, before));
    // Accepted, but not shown yet.
    ++run->attempt;
    run->status = builds::Status::queued;
    run->conclusion.reset();
    run->completed_at.reset();
    run->jobs.clear();
    run->notes.push_back("GitHub has accepted it and will show the new attempt in a moment.");
    co_return run;
}

async::Task<Result<builds::Preview>> GithubProvider::State::remove_preview_of(builds::RunId id, std::string principal) {
    auto run = co_await watched.find(id);
    if (!run) co_return fail(std::move(run.error()));
    if (!builds::is_over(*run)) {
        co_return fail(Errc::conflict, fmt::format("Run {} goes on. Cancel it first, or wait for its end.", id),
                       "run_in_progress");
    }
    auto preview = run->preview;
    if (preview.state == builds::PreviewState::removed) co_return preview;
    auto found = co_await find_preview(api, *run);
    if (!found) co_return fail(std::move(found.error()));
    if (found->deployments.empty()) {
        co_return fail(Errc::not_found,
                       fmt::format("Run {} has no deployment to take back: its preview is {}.{}{}", id,
                                   builds::name_of(preview.state), preview.reason.empty() ? "" : " ", preview.reason),
                       "preview_not_found");
    }
    for (const auto deployment : found->deployments) {
        std::string body;
        json::Writer{body}.object().key("state").string("inactive").end_object();
        const auto path = fmt::format("/deployments/{}/statuses", deployment);
        const auto reply = co_await api.send("POST", api.of_repository(path), std::move(body), principal);
        if (!reply) co_return fail(reply.error());
        if (reply->status >= 300) co_return fail(api.error_of(*reply, "mark a deployment as inactive"));
    }
    preview.state = builds::PreviewState::removed;
    preview.reason = "Its deployment was marked inactive on request. What hosts the page decides whether it stays up.";
    preview.url.clear();
    auto saving = [this, preview, attempt = run->attempt] {
        records->save_preview(preview, attempt, clock.wall_now());
        return true;
    };
    auto saved = pool.run(std::move(saving));
    co_await std::move(saved);
    watched.set_preview(id, preview);
    co_return preview;
}

builds::Health GithubProvider::State::health_of(const Result<net::HttpReply>& reply) const {
    builds::Health health;
    if (const auto blocked = api.blocked_for()) {
        health.state = "degraded";
        health.detail = fmt::format("GitHub's rate limit is reached; nothing is asked for {} s.",
                                    std::chrono::ceil<seconds>(*blocked).count());
        health.cure =
            "Nothing now: it goes on by itself. If it comes often, give this server a token or GitHub App of its own, "
            "and webhooks (FLUX_WEBHOOK_SECRET), so that it has to ask less.";
        return health;
    }
    if (!reply) {
        const bool transient = is_transient(reply.error());
        health.ok = transient;
        health.state = transient ? "degraded" : "error";
        health.detail = fmt::format("{} (circuit breaker: {})", reply.error().message, name_of(api.breaker()));
        health.cure = transient ? std::string{retry_cure} : std::string{settings_cure};
        return health;
    }
    if (reply->status == 200) {
        health.state = "connected";
        health.detail = fmt::format("{} with {}", options.full_name(), credentials->kind());
        return health;
    }
    health.ok = reply->status >= 500;
    health.state = health.ok ? "degraded" : "error";
    health.detail = reply->status == 404
                        ? fmt::format("There is no {}, or the credentials may not see it.", options.full_name())
                        : api.error_of(*reply, "read the repository").message;
    if (health.ok) {
        health.cure = retry_cure;
    } else if (reply->status == 404) {
        health.cure = "Correct GITHUB_OWNER and GITHUB_REPO, or give the token access to that repository.";
    } else {
        health.cure = settings_cure;
    }
    return health;
}

async::Task<builds::Health> GithubProvider::State::ask_health() {
    {
        const std::scoped_lock lock{health_mutex};
        const bool good = last_health && last_health->state == "connected";
        const auto lasts = good ? health_lasts : seconds{5};
        if (last_health && clock.steady_now() - health_at < lasts) {
            if (!good || (api.breaker() == CircuitBreaker::State::closed && !api.blocked_for())) {
                last_health->quota = api.quota();
                co_return *last_health;
            }
        }
    }
    const auto reply = co_await api.get(api.of_repository(""));
    auto now = health_of(reply);
    now.quota = api.quota();
    const std::scoped_lock lock{health_mutex};
    last_health = now;
    health_at = clock.steady_now();
    co_return now;
}

GithubProvider::GithubProvider(std::shared_ptr<State> state) : state_{std::move(state)} {}

GithubProvider::~GithubProvider() {
    shutdown();
    state_->own_pool.reset();
}

Result<std::unique_ptr<GithubProvider>> GithubProvider::open(GithubOptions options, const Clock& clock) {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (!error) {
        std::filesystem::permissions(options.directory, std::filesystem::perms::owner_all, error);
    }
    if (error) {
        return fail(Errc::unavailable,
                    fmt::format("The folder {} can't be made: {}.", options.directory.string(), error.message()));
    }
    auto records = RequestRecords::open(options.directory / "requests.db");
    if (!records) return fail(std::move(records.error()));
    logs::JobLogLimits limits;
    limits.age = options.log_life;
    auto store = logs::JobLogStore::open(options.directory / "logs", limits, clock);
    if (!store) return fail(std::move(store.error()));
    auto state = std::make_shared<State>(std::move(options), *std::move(records), *std::move(store), clock);
    return std::unique_ptr<GithubProvider>{new GithubProvider{std::move(state)}};
}

void GithubProvider::shutdown() { state_->background.stop(); }

async::Task<Result<builds::Created>> GithubProvider::create(builds::CreateRequest request) {
    return state_->creation.create(std::move(request));
}

async::Task<Result<builds::Run>> GithubProvider::find(builds::RunId run, int attempt) {
    return state_->find(run, attempt);
}

std::shared_ptr<builds::RunWatch> GithubProvider::watch(builds::RunId run) { return state_->watched.watch(run); }

std::shared_ptr<async::Changes> GithubProvider::watch_runs() { return state_->feed.follow(); }

async::Task<Result<builds::LogPage>> GithubProvider::read_log(builds::LogQuery query) {
    auto& state = *state_;
    const auto attempt = co_await state.fetch_log(query.run, query.attempt, query.job);
    if (!attempt) co_return fail(attempt.error());
    if (!*attempt) {
        builds::LogPage nothing_yet;
        co_return nothing_yet;
    }
    auto work = [&state, query, attempt = **attempt] { return state.logs.read(query, attempt); };
    auto reading = state.pool.run(std::move(work));
    co_return co_await std::move(reading);
}

async::Task<Result<logs::FoundLines>> GithubProvider::search_log(builds::LogSearch search) {
    auto& state = *state_;
    const auto attempt = co_await state.fetch_log(search.run, search.attempt, search.job);
    if (!attempt) co_return fail(attempt.error());
    if (!*attempt) {
        logs::FoundLines nothing_yet;
        nothing_yet.next_line = search.lines.first_line;
        co_return nothing_yet;
    }
    auto work = [&state, search = std::move(search), attempt = **attempt] {
        return state.logs.search(search, attempt);
    };
    auto searching = state.pool.run(std::move(work));
    co_return co_await std::move(searching);
}

async::Task<Result<builds::Page<builds::Run>>> GithubProvider::runs(builds::ListQuery query) {
    return state_->listings.runs(std::move(query));
}

async::Task<Result<builds::Page<builds::Preview>>> GithubProvider::previews(builds::ListQuery query) {
    return state_->listings.previews(std::move(query));
}

async::Task<Result<builds::Page<builds::Branch>>> GithubProvider::branches(builds::ListQuery query) {
    return state_->listings.branches(std::move(query));
}

async::Task<Result<builds::Page<builds::Workflow>>> GithubProvider::workflows(builds::ListQuery query) {
    return state_->listings.workflows(std::move(query));
}

async::Task<Result<std::optional<builds::Comparison>>> GithubProvider::compare(std::string base, std::string head) {
    return state_->comparisons.between(std::move(base), std::move(head));
}

async::Task<Result<std::vector<builds::Annotation>>> GithubProvider::annotations(builds::RunId /*run*/,
                                                                                 std::int64_t job) {
    return annotations_of(state_->api, job);
}

async::Task<Result<builds::Run>> GithubProvider::cancel(builds::RunId run, std::string principal) {
    return state_->cancel(run, std::move(principal));
}

async::Task<Result<builds::Run>> GithubProvider::rerun(builds::RerunRequest request) {
    return state_->rerun(std::move(request));
}

async::Task<Result<builds::Preview>> GithubProvider::remove_preview(
    std::variant<builds::RunId, builds::BranchName> what, std::string principal) {
    auto& state = *state_;
    if (const auto* run = std::get_if<builds::RunId>(&what))
        co_return co_await state.remove_preview_of(*run, std::move(principal));
    const auto branch = std::get<builds::BranchName>(what).text();
    auto work = [&state, branch] { return state.records->previews(branch, {}, 0, 100); };
    auto reading = state.pool.run(std::move(work));
    const auto known = co_await std::move(reading);
    std::optional<builds::Preview> newest;
    for (const auto& preview : known) {
        const bool up =
            preview.state == builds::PreviewState::reachable || preview.state == builds::PreviewState::deployed;
        if (!up) continue;
        auto removed = co_await state.remove_preview_of(preview.run_id, principal);
        if (!removed) co_return removed;
        if (!newest) newest = *std::move(removed);
    }
    if (newest) co_return *std::move(newest);
    co_return fail(Errc::not_found,
                   fmt::format("Branch `{}` has no preview that this server knows and that is up.", branch),
                   "preview_not_found");
}

async::Task<builds::Health> GithubProvider::health() { return state_->ask_health(); }

std::optional<builds::Quota> GithubProvider::quota() const { return state_->api.quota(); }

HookAnswer GithubProvider::take_hook(const Secret& secret, std::string_view event, std::string_view delivery,
                                     std::string_view signature, std::string_view body) {
    if (!is_signed(secret, body, signature)) return HookAnswer::refused;
    if (!state_->deliveries.take(delivery)) return HookAnswer::ignored;
    const auto run = run_of_event(event, body, state_->options.full_name());
    if (!run) return HookAnswer::ignored;
    // A ping, or another repository's news, does not show that this one's will come.
    state_->watched.hooks_work();
    state_->feed.hooked();
    state_->watched.poke(*run, true);
    return HookAnswer::taken;
}

void GithubProvider::add_metrics(observe::Metrics& metrics) const { show_metrics(state_->api, metrics); }

async::Task<std::vector<AccessFinding>> GithubProvider::check_access() {
    return github::check_access(state_->api, state_->files);
}

}  // namespace flux::providers::github
