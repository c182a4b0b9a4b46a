#include "providers/github/run_creation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "async/timer.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "builds/request_text.hpp"
#include "json/writer.hpp"
#include "net/url.hpp"
#include "observe/log.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/pacing.hpp"
#include "providers/github/run_mapping.hpp"
#include "workflow/inputs.hpp"
#include "workflow/value_json.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds create_limit{53};
/// After so long, a run that no list shows was never started.
constexpr seconds shows_up_within{120};
/// Those who look for their runs at the same time look at the same list.
constexpr seconds list_lasts{1};
/// A workflow that declares this input and writes it into its `run-name` makes every run recognisable.
constexpr std::string_view correlation_input = "flux_request_id";

std::string hex_digest(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
}

using Inputs = std::vector<std::pair<std::string, std::string>>;

/// What GitHub is sent: text, under the names as declared, without what has its default anyway.
Result<Inputs> checked_inputs(const CommittedWorkflow& found, const builds::Inputs& given) {
    Inputs inputs;
    if (!found.workflow) {
        for (const auto& [name, value] : given) {
            const auto text =
                std::visit([](const auto& one) { return workflow::to_string(workflow::Value{one}); }, value);
            inputs.emplace_back(name, text);
        }
        return inputs;
    }
    const auto checked = workflow::check_inputs(found.workflow->on, given);
    if (!checked) return fail(checked.error());
    for (const auto& declared : found.workflow->on.inputs) {
        const bool is_given = std::ranges::any_of(
            given, [&](const auto& each) { return equal_ignoring_case(each.first, declared.name); });
        if (!is_given) continue;
        const auto* value = checked->event.object().find(declared.name);
        inputs.emplace_back(declared.name, value == nullptr ? std::string{} : workflow::to_string(*value));
    }
    return inputs;
}

bool makes_correlation(const workflow::Workflow& workflow) {
    const auto declared =
        std::ranges::any_of(workflow.on.inputs, [](const auto& input) { return input.name == correlation_input; });
    return declared && workflow.run_name &&
           workflow.run_name->value.source().find(correlation_input) != std::string::npos;
}

bool speaks_of_details(const net::HttpReply& reply) {
    return (reply.status == 400 || reply.status == 422) &&
           (reply.body.find("return_run_details") != std::string::npos ||
            reply.body.find("not a permitted key") != std::string::npos);
}

Error unknown_outcome() {
    return {Errc::unavailable,
            "Nobody knows yet whether GitHub started the run: its answer was lost, and no list shows the run so far. "
            "Ask again "
            "with the same arguments (without `fresh`): the run is looked for, and not started twice.",
            "dispatch_outcome_unknown", seconds{15}};
}

Error ambiguous(const Match& match) {
    std::vector<std::string> names;
    for (const auto& run : match.candidates) {
        if (names.size() < 10) names.push_back(fmt::format("{} ({})", run.id, run.html_url));
    }
    return {Errc::conflict,
            fmt::format("GitHub started the run without telling its id, and {} runs can be it: {}. Look at them with "
                        "builds.status to see which of them it is. A workflow with an input `{}` in its `run-name` "
                        "makes each run recognisable.",
                        match.candidates.size(), fmt::join(names, ", "), correlation_input),
            "run_ambiguous",
            {}};
}

bool has_failed(const builds::Run& run) {
    return builds::is_over(run) && run.conclusion != builds::Conclusion::success;
}

}  // namespace

struct RunCreation::Order {
    builds::CreateRequest request;
    std::string digest;
    std::string sha;
    CommittedWorkflow workflow;
    Inputs inputs;
    std::string correlation;
};

RunCreation::RunCreation(const GithubOptions& options, ApiClient& api, WorkflowFiles& files, RequestRecords& records,
                         WatchedRuns& watched, Background& background, async::BlockingPool& pool, const Clock& clock)
    : options_{options},
      api_{api},
      files_{files},
      records_{records},
      watched_{watched},
      background_{background},
      pool_{pool},
      clock_{clock} {}

WallTime RunCreation::github_now() const { return clock_.wall_now() + api_.clock_difference(); }

std::vector<std::string> RunCreation::keys_of(const builds::CreateRequest& request, const std::string& digest) const {
    std::vector<std::string> keys;
    if (request.idempotency_key) keys.push_back(fmt::format("key {} {}", request.principal, *request.idempotency_key));
    if (!request.fresh) keys.push_back(fmt::format("same {} {}", request.principal, digest));
    return keys;
}

async::Task<Result<builds::Created>> RunCreation::create(builds::CreateRequest request) {
    const auto deadline = steady_clock::now() + create_limit;
    if (request.dry_run) co_return co_await make(std::move(request));
    const auto digest = hex_digest(builds::request_text(request, files_.usual_file()));
    const auto keys = keys_of(request, digest);
    while (true) {
        std::shared_ptr<SharedAnswer<builds::Created>> others;
        bool by_key = false;
        auto mine = std::make_shared<SharedAnswer<builds::Created>>();
        {
            const std::scoped_lock lock{mutex_};
            for (const auto& key : keys) {
                const auto found = in_progress_.find(key);
                if (found == in_progress_.end()) continue;
                others = found->second;
                by_key = by_key || key.starts_with("key ");
            }
            if (!others) {
                for (const auto& key : keys) in_progress_.emplace(key, mine);
            }
        }
        if (!others) {
            // The dispatch outlives its caller: what was sent has to be written down.
            background_.start(create_for_all(std::move(request), keys, AnswerPromise<builds::Created>{mine}));
            co_return co_await mine->wait(deadline);
        }
        // The same is being asked for already: it is made once, or it fails for everybody.
        auto answer = co_await others->wait(deadline);
        if (by_key) continue;  // perhaps for something else; the records know
        if (!answer || request.idempotency_key) {
            if (!answer) co_return answer;
            continue;
        }
        // The branch may have moved since the others looked.
        auto head = co_await files_.head_of(request.branch, request.principal);
        if (!head) co_return fail(std::move(head.error()));
        if (*head != answer->run.head_sha) continue;
        answer->reused = true;
        answer->matched_by = "same_request";
        co_return answer;
    }
}

async::Task<> RunCreation::create_for_all(builds::CreateRequest request, std::vector<std::string> keys,
                                          AnswerPromise<builds::Created> promise) {
    Result<builds::Created> created = fail(Errc::internal, "The run was not made.");
    try {
        created = co_await make(std::move(request));
    } catch (const store::DatabaseFailure& failure) {
        observe::log::error("the records of requests failed", {{"error", failure.what()}});
        created =
            fail(Errc::unavailable, "The server's records can't be read or written now (is its disk full?). Try again.",
                 "records_unavailable");
    } catch (const std::system_error&) {
        created = fail(Errc::unavailable, "The server is too busy to start a run. Try again.", "busy");
    }
    {
        const std::scoped_lock lock{mutex_};
        for (const auto& key : keys) in_progress_.erase(key);
    }
    promise.set(std::move(created));
}

async::Task<Result<builds::Created>> RunCreation::make(builds::CreateRequest request) {
    const auto digest = hex_digest(builds::request_text(request, files_.usual_file()));
    // A retry gets its answer even when the branch is gone meanwhile.
    if (!request.dry_run) {
        auto before = co_await answered_before(request, digest);
        if (!before) co_return fail(std::move(before.error()));
        if (*before) co_return **std::move(before);
    }
    auto order = co_await prepare(request, digest);
    if (!order) co_return fail(std::move(order.error()));
    if (request.dry_run) {
        builds::Created would;
        would.run.workflow_file = order->workflow.file;
        would.run.name = order->workflow.workflow ? order->workflow.workflow->name : order->workflow.file;
        would.run.head_branch = request.branch.text();
        would.run.head_sha = order->sha;
        would.run.notes = order->workflow.notes;
        would.run.created_at = clock_.wall_now();
        would.run.updated_at = would.run.created_at;
        would.run.preview.branch = would.run.head_branch;
        would.matched_by = "created";
        co_return would;
    }
    if (!request.fresh) {
        auto work = [this, principal = request.principal, digest, sha = order->sha,
                     since = github_now() - options_.reuse_window] {
            return records_.find_same(principal, digest, sha, since);
        };
        auto reading = pool_.run(std::move(work));
        auto same = co_await std::move(reading);
        if (same) {
            const auto id = same->id;
            auto answer = co_await answer_with(*std::move(same), "same_request", false);
            if (!answer) co_return fail(std::move(answer.error()));
            if (*answer) {
                if (request.idempotency_key) {
                    auto binding = [this, principal = request.principal, key = *request.idempotency_key, digest, id] {
                        records_.bind_key(principal, key, digest, id);
                        return true;
                    };
                    auto bound = pool_.run(std::move(binding));
                    co_await std::move(bound);
                }
                co_return **std::move(answer);
            }
        }
    }
    co_return co_await start(*std::move(order));
}

async::Task<Result<std::optional<builds::Created>>> RunCreation::answered_before(builds::CreateRequest request,
                                                                                 std::string digest) {
    if (!request.idempotency_key) co_return std::nullopt;
    auto work = [this, principal = request.principal, key = *request.idempotency_key] {
        return records_.find_key(principal, key);
    };
    auto reading = pool_.run(std::move(work));
    auto record = co_await std::move(reading);
    if (!record) co_return std::nullopt;
    if (record->digest != digest) {
        co_return fail(
            Errc::conflict,
            record->run > 0
                ? fmt::format("`idempotency_key` was used for another request, which made run {}. Use a new key for "
                              "this one.",
                              record->run)
                : std::string{"`idempotency_key` was used for another request. Use a new key for this one."},
            "duplicate_conflict");
    }
    co_return co_await answer_with(*std::move(record), "idempotency_key", true);
}

async::Task<Result<std::optional<builds::Created>>> RunCreation::answer_with(RequestRecord record, const char* by,
                                                                             bool even_failed) {
    if (record.state == RequestRecord::State::sent) {
        // Its answer was lost, or the server ended before it came.
        const auto age = github_now() - record.sent_at;
        const auto id = record.id;
        std::vector<int> pauses{0, 2, 3};
        std::set<builds::RunId> nothing_known;
        auto found = co_await look_for(record, std::move(nothing_known), std::move(pauses));
        if (!found) {
            if (found.error().reason != "dispatch_outcome_unknown" || age < shows_up_within) {
                co_return fail(std::move(found.error()));
            }
            auto work = [this, id] {
                records_.refuse(id);
                return true;
            };
            auto refusing = pool_.run(std::move(work));
            co_await std::move(refusing);
            co_return std::nullopt;
        }
        record.run = found->run;
    }
    auto run = co_await watched_.find(record.run);
    if (!run) {
        // It was deleted: then the same request makes a new one, unless its key says that it was answered.
        if (run.error().code == Errc::not_found && !even_failed) co_return std::nullopt;
        co_return fail(std::move(run.error()));
    }
    const auto state = run->preview.state;
    const bool gone = state == builds::PreviewState::removed || state == builds::PreviewState::expired;
    if (!even_failed && (has_failed(*run) || gone)) co_return std::nullopt;
    co_return builds::Created{.run = *std::move(run), .reused = true, .matched_by = by};
}

async::Task<Result<RunCreation::Order>> RunCreation::prepare(builds::CreateRequest request, std::string digest) {
    auto sha = co_await files_.head_of(request.branch, request.principal);
    if (!sha) co_return fail(std::move(sha.error()));
    auto found = co_await files_.find(*sha, request.branch.text(), request.workflow, request.principal);
    if (!found) co_return fail(std::move(found.error()));
    auto inputs = checked_inputs(*found, request.inputs);
    if (!inputs) co_return fail(std::move(inputs.error()));
    Order order{.request = std::move(request),
                .digest = std::move(digest),
                .sha = *std::move(sha),
                .workflow = *std::move(found),
                .inputs = *std::move(inputs),
                .correlation = {}};
    const bool given =
        std::ranges::any_of(order.inputs, [](const auto& each) { return each.first == correlation_input; });
    if (order.workflow.workflow && !given && makes_correlation(*order.workflow.workflow)) {
        order.correlation = "flux-" + random_id(8);
        order.inputs.emplace_back(correlation_input, order.correlation);
    }
    co_return order;
}

async::Task<Result<builds::Created>> RunCreation::start(Order order) {
    RequestRecord record;
    record.principal = order.request.principal;
    record.key = order.request.idempotency_key;
    record.digest = order.digest;
    record.workflow_file = order.workflow.file;
    record.branch = order.request.branch.text();
    record.sha = order.sha;
    record.correlation = order.correlation;
    record.sent_at = std::chrono::floor<seconds>(github_now());
    auto adding = [this, record]() mutable {
        records_.add(record);
        return record;
    };
    auto added = pool_.run(std::move(adding));
    record = co_await std::move(added);

    auto dispatched = co_await dispatch(order, record);
    auto settling = [this, id = record.id, run = dispatched ? dispatched->run : 0,
                     nothing_started = !dispatched && dispatched.error().reason != "dispatch_outcome_unknown" &&
                                       dispatched.error().reason != "run_ambiguous"] {
        if (run > 0) records_.bind(id, run);
        if (nothing_started) records_.refuse(id);
        return true;
    };
    auto settled = pool_.run(std::move(settling));
    co_await std::move(settled);
    if (!dispatched) co_return fail(std::move(dispatched.error()));
    observe::log::info("dispatched a workflow", {{"run_id", dispatched->run},
                                                 {"workflow", order.workflow.file},
                                                 {"branch", record.branch},
                                                 {"matched_by", dispatched->by}});
    auto run = co_await first_look(order, *dispatched);
    co_return builds::Created{.run = std::move(run), .reused = false, .matched_by = dispatched->by};
}

async::Task<> RunCreation::learn_about_details() {
    if (knows_details_ || options_.on_github_com()) co_return;
    const auto tree = co_await api_.get_json("/meta", "say which version it is");
    if (!tree) co_return;
    // `3.21.0` on an Enterprise Server; elsewhere there is no such member.
    const auto version = text_of(as_object(*tree), "installed_version");
    const auto parts = split(version, '.');
    const auto major = to_integer(parts[0]).value_or(0);
    const auto minor = parts.size() > 1 ? to_integer(parts[1]).value_or(0) : 0;
    if (major > 0) {
        gives_details_ = std::pair{major, minor} >= std::pair{std::int64_t{3}, std::int64_t{21}};
    } else {
        api_.speak_newest();
    }
    knows_details_ = true;
}

async::Task<Result<net::HttpReply>> RunCreation::post(const Order& order) {
    co_await learn_about_details();
    const auto path =
        api_.of_repository(fmt::format("/actions/workflows/{}/dispatches", net::percent_encoded(order.workflow.file)));
    // The newest version of the API gives them always, and knows no such member.
    const bool must_ask = api_.version() == ApiVersion::of_2022;
    for (bool with_details : {true, false}) {
        if (with_details && !(gives_details_ && must_ask)) continue;
        std::string body;
        json::Writer writer{body};
        writer.object().key("ref").string("refs/heads/" + order.request.branch.text());
        if (!order.inputs.empty()) {
            writer.key("inputs").object();
            for (const auto& [name, value] : order.inputs) writer.key(name).string(value);
            writer.end_object();
        }
        if (with_details) writer.key("return_run_details").boolean(true);
        writer.end_object();
        auto reply = co_await api_.send("POST", path, std::move(body), order.request.principal);
        if (!with_details || !reply || !speaks_of_details(*reply)) co_return reply;
        // This answer proves that nothing was started.
        gives_details_ = false;
    }
    co_return fail(Errc::internal, "The dispatch was not sent.");
}

async::Task<Result<RunCreation::Dispatched>> RunCreation::dispatch(const Order& order, RequestRecord record) {
    auto before = co_await runs_before(record);
    auto reply = co_await post(order);
    if (!reply) {
        const bool maybe = reply.error().reason == net::answer_lost || reply.error().reason == "upstream_slow";
        if (!maybe) co_return fail(std::move(reply.error()));
        observe::log::warning("GitHub's answer to a dispatch was lost; looking for the run",
                              {{"workflow", record.workflow_file}, {"branch", record.branch}});
    } else if (reply->status >= 300 && reply->status < 500) {
        co_return fail(refusal(*reply, order));
    } else if (reply->status == 200) {
        const auto tree = tree_of(reply->body);
        const auto id = tree ? number_of(as_object(*tree), "workflow_run_id") : 0;
        if (id > 0) {
            co_return Dispatched{.run = id, .html_url = text_of(as_object(*tree), "html_url"), .by = "run_details"};
        }
    }
    // Accepted without a name, or nobody knows: the lists of runs follow within seconds.
    std::vector<int> pauses{1, 2, 3, 5, 8, 8};
    co_return co_await look_for(std::move(record), std::move(before), std::move(pauses));
}

async::Task<Result<RunCreation::Dispatched>> RunCreation::look_for(RequestRecord record, std::set<builds::RunId> before,
                                                                   std::vector<int> pauses_s) {
    Error last = unknown_outcome();
    SureMatch sure;
    for (const int pause : pauses_s) {
        if (pause > 0) co_await async::sleep_for(seconds{pause});
        auto match = co_await match_now(record, before);
        if (!match) {
            observe::log::warning("the run of a dispatch can't be looked for", {{"error", match.error().message}});
            continue;
        }
        if (const auto run = sure.look(*match, github_now() - record.sent_at)) {
            auto binding = [this, id = record.id, run_id = run->id] {
                records_.bind(id, run_id);
                return true;
            };
            auto bound = pool_.run(std::move(binding));
            co_await std::move(bound);
            co_return Dispatched{.run = run->id, .html_url = run->html_url, .by = match->by};
        }
        last = match->candidates.empty() ? unknown_outcome() : ambiguous(*match);
    }
    co_return fail(std::move(last));
}

std::string RunCreation::list_path(const RequestRecord& record) const {
    // In whole minutes, so that those who look at the same time ask the same question, which is sent once.
    const auto since =
        rfc3339_seconds(std::chrono::floor<std::chrono::minutes>(record.sent_at - std::chrono::seconds{60}));
    return fmt::format(
        "/actions/workflows/{}/"
        "runs?event=workflow_dispatch&branch={}&created={}&per_page=100&exclude_pull_requests=true",
        net::percent_encoded(record.workflow_file), net::percent_encoded(record.branch),
        net::percent_encoded(">=" + since));
}

async::Task<std::set<builds::RunId>> RunCreation::runs_before(RequestRecord record) {
    std::set<builds::RunId> ids;
    // A title that names the request makes every other way needless.
    if (!record.correlation.empty()) co_return ids;
    const auto runs = co_await list_runs(list_path(record));
    if (!runs) co_return ids;
    for (const auto& run : *runs) ids.insert(run.id);
    co_return ids;
}

async::Task<Result<Match>> RunCreation::match_now(RequestRecord record, std::set<builds::RunId> before) {
    auto runs = co_await list_runs(list_path(record));
    if (!runs) co_return fail(std::move(runs.error()));
    auto work = [this, record] {
        const auto since_time = record.sent_at - std::chrono::minutes{10};
        return std::pair{records_.runs_since(since_time), records_.has_rivals(record, since_time)};
    };
    auto reading = pool_.run(std::move(work));
    auto [others, rivals] = co_await std::move(reading);
    others.merge(before);
    const Wanted wanted{.correlation = record.correlation,
                        .not_before = record.sent_at,
                        .sha = record.sha,
                        .others = std::move(others)};
    auto match = match_run(*runs, wanted);
    match.rivals = rivals;
    co_return match;
}

async::Task<Result<std::vector<builds::Run>>> RunCreation::list_runs(std::string path) {
    std::shared_ptr<SharedAnswer<std::vector<builds::Run>>> answer;
    bool first = false;
    {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.steady_now();
        std::erase_if(lists_, [now](const auto& each) { return now - each.second.begun_at >= list_lasts; });
        auto& place = lists_[path];
        first = !place.answer;
        if (first) {
            place.answer = std::make_shared<SharedAnswer<std::vector<builds::Run>>>();
            place.begun_at = now;
        }
        answer = place.answer;
    }
    if (first) background_.start(list_for_all(std::move(path), AnswerPromise<std::vector<builds::Run>>{answer}));
    co_return co_await answer->wait(steady_clock::now() + seconds{30});
}

async::Task<> RunCreation::list_for_all(std::string path, AnswerPromise<std::vector<builds::Run>> promise) {
    auto all = co_await api_.get_all(api_.of_repository(path), "list the runs of the workflow", "workflow_runs", 1000);
    if (!all) {
        promise.set(fail(std::move(all.error())));
        co_return;
    }
    std::vector<builds::Run> runs;
    for (const auto& item : all->items) runs.push_back(run_from(as_object(item)));
    promise.set(std::move(runs));
}

async::Task<builds::Run> RunCreation::first_look(const Order& order, Dispatched dispatched) {
    builds::Run run;
    run.id = dispatched.run;
    run.name = order.workflow.workflow ? order.workflow.workflow->name : order.workflow.file;
    run.workflow_file = order.workflow.file;
    run.head_branch = order.request.branch.text();
    run.head_sha = order.sha;
    run.html_url = dispatched.html_url;
    run.logs_url = dispatched.html_url;
    run.created_at = std::chrono::floor<seconds>(github_now());
    run.updated_at = run.created_at;
    run.preview.run_id = run.id;
    run.preview.branch = run.head_branch;
    watched_.seed(run);
    // Its own words are better, if GitHub has them already; the id is what counts.
    const auto tree =
        co_await api_.get_json(api_.of_repository(fmt::format("/actions/runs/{}?exclude_pull_requests=true", run.id)),
                               "read the new run", order.request.principal);
    if (tree) {
        auto found = run_from(as_object(*tree));
        if (found.id == run.id) run = std::move(found);
    }
    for (const auto& note : order.workflow.notes) run.notes.push_back(note);
    co_return run;
}

Error RunCreation::refusal(const net::HttpReply& reply, const Order& order) const {
    const auto path = workflow_path(order.workflow.file);
    const auto message = message_of(reply);
    const auto text = ascii_lower(message);
    const auto says = message.empty() ? std::string{} : fmt::format(" GitHub says: \"{}\".", message);
    if (reply.status == 404) {
        return {
            Errc::not_found,
            fmt::format(
                "GitHub doesn't know the workflow `{}` yet: its file has to be on the default branch of {} once, or "
                "the server's credentials lack Actions: write.{}",
                path, api_.repository(), says),
            "workflow_not_found",
            {}};
    }
    if (reply.status == 422 || reply.status == 400) {
        if (text.find("workflow_dispatch") != std::string::npos && text.find("trigger") != std::string::npos) {
            return {
                Errc::invalid_argument,
                fmt::format(
                    "GitHub sees no `workflow_dispatch` trigger in `{}` on branch `{}`. A file that was pushed just "
                    "now takes a few seconds to be seen: try again then.{}",
                    path, order.request.branch.text(), says),
                "workflow_not_dispatchable", seconds{5}};
        }
        if (text.find("disabled") != std::string::npos) {
            return {
                Errc::conflict,
                fmt::format("The workflow `{}` is disabled on GitHub. Enable it there, under Actions.{}", path, says),
                "workflow_not_dispatchable",
                {}};
        }
        if (text.find("no ref found") != std::string::npos) {
            return {Errc::not_found,
                    fmt::format("Branch `{}` is gone.{}", order.request.branch.text(), says),
                    "branch_not_found",
                    {}};
        }
        if (text.find("input") != std::string::npos) {
            return {
                Errc::invalid_argument,
                fmt::format("GitHub refused the inputs.{} builds.list with kind \"workflows\" shows what is declared.",
                            says),
                "invalid_inputs",
                {}};
        }
    }
    return api_.error_of(reply, fmt::format("start `{}`", path));
}

}  // namespace flux::providers::github
