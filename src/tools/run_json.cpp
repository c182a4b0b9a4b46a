#include "tools/run_json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "base/text.hpp"

namespace flux::tools {

namespace {

boost::json::value or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return boost::json::value(to_utf8(text));
}

boost::json::value conclusion_json(std::optional<builds::Conclusion> conclusion) {
    if (!conclusion) return nullptr;
    return boost::json::value(builds::name_of(*conclusion));
}

void add_time(boost::json::object& object, std::string_view name, std::optional<WallTime> time) {
    if (time) object[name] = rfc3339_seconds(*time);
}

void add_text(boost::json::object& object, std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = to_utf8(text);
}

int rank(const builds::Job& job) {
    if (has_failed(job.conclusion)) return 0;
    if (job.status == builds::Status::in_progress) return 1;
    if (job.conclusion == builds::Conclusion::cancelled) return 2;
    return 3;
}

boost::json::array steps_json(const builds::Job& job, WallTime now) {
    boost::json::array result;
    for (const auto& step : job.steps) {
        boost::json::object entry;
        entry["number"] = step.number;
        entry["name"] = to_utf8(step.name);
        entry["status"] = builds::name_of(step.status);
        entry["conclusion"] = conclusion_json(step.conclusion);
        if (const auto seconds = duration_s(step.started_at, step.completed_at, now)) entry["duration_s"] = *seconds;
        if (step.first_line > 0) {
            entry["first_line"] = step.first_line;
            entry["last_line"] = step.last_line;
        }
        result.push_back(std::move(entry));
    }
    return result;
}

}  // namespace

bool has_failed(std::optional<builds::Conclusion> conclusion) {
    using builds::Conclusion;
    switch (conclusion.value_or(Conclusion::success)) {
    case Conclusion::failure:
    case Conclusion::timed_out:
    case Conclusion::startup_failure:
    case Conclusion::action_required:
    case Conclusion::stale: return true;
    case Conclusion::success:
    case Conclusion::cancelled:
    case Conclusion::skipped:
    case Conclusion::neutral: break;
    }
    return false;
}

std::optional<double> duration_s(std::optional<WallTime> started, std::optional<WallTime> ended, WallTime now) {
    if (!started) return std::nullopt;
    const std::chrono::duration<double> seconds = ended.value_or(now) - *started;
    return std::round(std::max(seconds.count(), 0.0) * 10) / 10;
}

const builds::Step* notable_step(const builds::Job& job) {
    const builds::Step* failed = nullptr;
    for (const auto& step : job.steps) {
        if (step.status == builds::Status::in_progress) return &step;
        if (failed == nullptr && has_failed(step.conclusion)) failed = &step;
    }
    return failed;
}

std::vector<const builds::Job*> jobs_by_interest(const builds::Run& run) {
    std::vector<const builds::Job*> result;
    for (const auto& job : run.jobs) result.push_back(&job);
    std::stable_sort(result.begin(), result.end(), [](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
    return result;
}

boost::json::object run_json(const builds::Run& run) {
    boost::json::object result;
    result["run_id"] = run.id;
    result["status"] = builds::name_of(run.status);
    result["conclusion"] = conclusion_json(run.conclusion);
    result["html_url"] = or_null(run.html_url);
    result["created_at"] = rfc3339_seconds(run.created_at);
    result["head_branch"] = to_utf8(run.head_branch);
    result["head_sha"] = or_null(run.head_sha);
    result["name"] = to_utf8(run.name);
    add_text(result, "title", run.title);
    result["workflow"] = to_utf8(run.workflow_file);
    result["attempt"] = run.attempt;
    add_text(result, "reason", run.reason);
    add_text(result, "logs_url", run.logs_url);
    result["updated_at"] = rfc3339_seconds(run.updated_at);
    add_time(result, "started_at", run.started_at);
    add_time(result, "completed_at", run.completed_at);
    add_text(result, "isolation", run.isolation);
    if (!run.notes.empty()) {
        boost::json::array notes;
        for (const auto& note : run.notes) notes.emplace_back(to_utf8(note));
        result["notes"] = std::move(notes);
    }
    return result;
}

boost::json::array jobs_json(const builds::Run& run, bool steps, std::size_t limit, WallTime now) {
    boost::json::array result;
    for (const auto* job : jobs_by_interest(run)) {
        if (result.size() == limit) break;
        boost::json::object entry;
        entry["id"] = job->id;
        entry["name"] = to_utf8(job->name);
        entry["status"] = builds::name_of(job->status);
        entry["conclusion"] = conclusion_json(job->conclusion);
        if (const auto seconds = duration_s(job->started_at, job->completed_at, now)) entry["duration_s"] = *seconds;
        if (const auto* step = notable_step(*job)) {
            entry[step->conclusion ? "failed_step" : "current_step"] = to_utf8(step->name);
        }
        add_text(entry, "reason", job->reason);
        entry["lines_total"] = job->log_lines;
        if (steps) entry["steps"] = steps_json(*job, now);
        result.push_back(std::move(entry));
    }
    return result;
}

boost::json::object preview_json(const builds::Preview& preview) {
    boost::json::object result;
    result["state"] = builds::name_of(preview.state);
    result["url"] = or_null(preview.url);
    add_text(result, "alias_url", preview.alias_url);
    add_text(result, "path_url", preview.path_url);
    add_text(result, "reason", preview.reason);
    add_time(result, "expires_at", preview.expires_at);
    return result;
}

boost::json::object quota_json(const builds::Quota& quota) {
    boost::json::object result;
    result["limit"] = quota.limit;
    result["remaining"] = quota.remaining;
    result["reset_at"] = rfc3339_seconds(quota.reset_at);
    return result;
}

}  // namespace flux::tools
