#include "tools/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "tools/answer.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

using std::chrono::steady_clock;

/// A waiting call says that it lives this often, so that hosts with short patience keep it.
constexpr std::chrono::seconds heartbeat{5};
constexpr std::chrono::milliseconds time_to_answer{1500};

bool is_met(Until until, const builds::Run& run, bool changed) {
    switch (until) {
    case Until::change: return changed;
    case Until::completed: return builds::is_over(run);
    case Until::reachable:
        return run.preview.state == builds::PreviewState::reachable ||
               (builds::is_over(run) && is_settled(run.preview));
    }
    return true;
}

/// What a job does just now, or nothing.
std::optional<std::string> running_job(const builds::Run& run) {
    for (const auto* job : jobs_by_interest(run)) {
        if (job->status != builds::Status::in_progress) continue;
        const auto* step = notable_step(*job);
        if (step == nullptr) return fmt::format("{}: in_progress", job->name);
        return fmt::format("{}: step {} \"{}\" in_progress", job->name, step->number, step->name);
    }
    return {};
}

std::string where_it_stands(const builds::Run& run) {
    if (auto job = running_job(run)) return *std::move(job);
    return fmt::format("run {}: {}", run.id, state_text(run.status, run.conclusion));
}

/// For whoever looks at a task and knows nothing else: which run, how it stands, and where it can be seen.
std::string status_message(const builds::Run& run) {
    const auto state = running_job(run).value_or(state_text(run.status, run.conclusion));
    auto message = fmt::format("Run {} of {}: {}.", run.id, run.head_branch, state);
    if (builds::is_over(run)) message += fmt::format(" {}", preview_line(run.preview));
    return to_utf8(message);
}

async::Task<Result<mcp::Outcome>> find_and_wait(std::shared_ptr<const Context> context, boost::json::object kept,
                                                Rewaiting work, std::shared_ptr<mcp::Call> call) {
    auto run = co_await context->provider.find(kept.at("run_id").as_int64());
    if (!run) co_return fail(std::move(run.error()));
    auto waiting = work(*std::move(run), std::move(kept), std::move(call));
    co_return co_await std::move(waiting);
}

}  // namespace

bool is_settled(const builds::Preview& preview) {
    using builds::PreviewState;
    return preview.state == PreviewState::reachable || preview.state == PreviewState::failed ||
           preview.state == PreviewState::expired || preview.state == PreviewState::removed;
}

steady_clock::time_point wait_end(const mcp::Call& call, std::int64_t seconds) {
    const auto last = call.deadline() - time_to_answer;
    if (call.is_task()) return last;
    return std::min(steady_clock::now() + std::chrono::seconds{seconds}, last);
}

bool has_to_wait(builds::Provider& provider, const builds::Run& run, Until until) {
    return !is_met(until, run, false) && provider.watch(run.id) != nullptr;
}

mcp::Rest rest_of(std::shared_ptr<const Context> context, const builds::Run& run, std::string_view tool, About about,
                  Waiting work, boost::json::object kept) {
    auto answered = [context = std::move(context), tool, about = std::move(about), work = std::move(work)](
                        std::shared_ptr<mcp::Call> call) { return or_failed(context, work(call), tool, call, about); };
    kept["run_id"] = run.id;
    return {status_message(run), std::move(answered), boost::json::serialize(kept)};
}

std::optional<mcp::Rest> rest_again(std::shared_ptr<const Context> context, std::string_view tool,
                                    std::string_view kept, Rewaiting work) {
    boost::system::error_code misread;
    const auto tree = boost::json::parse(kept, misread);
    const auto* members = misread ? nullptr : tree.if_object();
    const auto* id = members != nullptr ? members->if_contains("run_id") : nullptr;
    if (id == nullptr || !id->is_int64()) return {};
    About about;
    about["run_id"] = *id;
    auto run = [context, tool, about = std::move(about), made = *members,
                work = std::move(work)](std::shared_ptr<mcp::Call> call) {
        return or_failed(context, find_and_wait(context, made, work, call), tool, call, about);
    };
    return mcp::Rest{{}, std::move(run), std::string{kept}};
}

void report_progress(mcp::Call& call, const builds::Run& run, steady_clock::duration waited) {
    const std::chrono::duration<double> seconds = waited;
    call.progress(seconds.count(), std::nullopt, call.is_task() ? status_message(run) : where_it_stands(run));
}

async::Task<Result<Waited>> wait_for(builds::Provider& provider, builds::Run seen, Until until,
                                     steady_clock::time_point end, std::shared_ptr<mcp::Call> call) {
    const auto begin = steady_clock::now();
    const auto first_version = seen.version;
    auto run = std::move(seen);
    while (true) {
        const auto watch = provider.watch(run.id);
        const auto version = watch ? watch->state.version() : 0;
        // Read after the counter: what moves from here on wakes the wait below.
        auto found = co_await provider.find(run.id);
        if (!found) co_return fail(std::move(found.error()));
        run = *std::move(found);
        const bool changed = run.version != first_version;
        const auto now = steady_clock::now();
        if (is_met(until, run, changed) || !watch || now >= end) {
            // Of a request the answer says it; of a task its status, which stays beside the answer.
            if (call->is_task()) report_progress(*call, run, now - begin);
            Waited waited{std::move(run), changed};
            co_return waited;
        }
        report_progress(*call, run, now - begin);
        co_await watch->state.wait_beyond(version, std::min(end, now + heartbeat));
    }
}

}  // namespace flux::tools
