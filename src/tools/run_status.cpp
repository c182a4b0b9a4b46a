#include "tools/run_status.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "tools/after_the_end.hpp"
#include "tools/next_call.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"
#include "tools/waiting.hpp"

namespace flux::tools {

namespace {

using builds::Status;

bool is_held(Status status) {
    return status == Status::queued || status == Status::waiting || status == Status::pending;
}

/// Why a run that isn't over does nothing at the moment.
std::optional<boost::json::object> waiting_for(const builds::Run& run) {
    auto status = run.status;
    std::string detail = run.reason;
    for (const auto& job : run.jobs) {
        // Between two jobs the run itself is still in progress.
        if (job.status == Status::in_progress) return {};
        if (status == Status::in_progress && is_held(job.status)) status = job.status;
        if (detail.empty() && is_held(job.status) && !job.reason.empty()) detail = job.name + ": " + job.reason;
    }
    if (!is_held(status)) return {};
    if (detail.empty()) detail = "the run has not started yet";
    boost::json::object result;
    result["kind"] = builds::name_of(status);
    result["detail"] = detail;
    return result;
}

std::int64_t look_again_in_s(const builds::Run& run) {
    if (builds::is_over(run) && is_settled(run.preview)) return 0;
    return run.status == builds::Status::in_progress ? 5 : 10;
}

NextCalls next_calls(const builds::Run& run) {
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    if (!builds::is_over(run)) {
        of_run["wait_s"] = 45;
        of_run["until"] = "reachable";
        return {{"builds.status", std::move(of_run)}};
    }
    return after_the_end(run);
}

double elapsed_s(const builds::Run& run, WallTime now) {
    return duration_s(run.started_at ? *run.started_at : run.created_at, run.completed_at, now).value_or(0);
}

}  // namespace

boost::json::object status_json(const builds::Run& run, StatusDetail detail, const StatusMoment& moment) {
    boost::json::object result;
    result["run"] = run_json(run);
    result["elapsed_s"] = elapsed_s(run, moment.now);
    result["jobs"] = jobs_json(run, detail.steps, detail.jobs, moment.now);
    result["jobs_total"] = run.jobs.size();
    if (auto waits = waiting_for(run)) result["waiting_for"] = *std::move(waits);
    result["preview"] = preview_json(run.preview);
    result["changed"] = moment.changed;
    result["look_again_in_s"] = look_again_in_s(run);
    if (moment.quota) result["quota"] = quota_json(*moment.quota);
    result["next"] = to_json(next_calls(run));
    return result;
}

std::string status_text(const builds::Run& run, StatusDetail detail, const StatusMoment& moment) {
    auto text = run_report(run, detail.jobs, detail.steps, moment.now);
    text += fmt::format("Elapsed: {}\n", duration_text(elapsed_s(run, moment.now)));
    if (const auto waits = waiting_for(run)) {
        text += fmt::format("Waiting ({}): {}\n", waits->at("kind").as_string(), waits->at("detail").as_string());
    }
    if (moment.changed) text += "It changed while you waited.\n";
    if (const auto seconds = look_again_in_s(run); seconds > 0) text += fmt::format("Look again in {} s.\n", seconds);
    if (const auto& quota = moment.quota) {
        text += fmt::format("Quota: {} of {} requests left until {}.\n", quota->remaining, quota->limit,
                            rfc3339_seconds(quota->reset_at));
    }
    return text + to_text(next_calls(run));
}

}  // namespace flux::tools
