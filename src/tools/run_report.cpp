#include "tools/run_report.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "tools/log_text.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

std::string job_line(const builds::Job& job, WallTime now) {
    auto line = fmt::format("- {}: {}", clean_name(job.name), state_text(job.status, job.conclusion));
    if (const auto seconds = duration_s(job.started_at, job.completed_at, now)) {
        line += fmt::format(" ({})", duration_text(*seconds));
    }
    if (const auto* step = notable_step(job)) {
        line += fmt::format(", step {} \"{}\" {}", step->number, clean_name(step->name),
                            state_text(step->status, step->conclusion));
    }
    if (!job.reason.empty()) line += fmt::format(" [{}]", job.reason);
    line += fmt::format(", job id {}, {} log lines\n", job.id, job.log_lines);
    return line;
}

std::string step_line(const builds::Step& step, WallTime now) {
    auto line =
        fmt::format("    {}. {}: {}", step.number, clean_name(step.name), state_text(step.status, step.conclusion));
    if (const auto seconds = duration_s(step.started_at, step.completed_at, now)) {
        line += fmt::format(" ({})", duration_text(*seconds));
    }
    if (step.first_line > 0) line += fmt::format(", lines {}-{}", step.first_line, step.last_line);
    return line + "\n";
}

void add_optional(std::string& text, std::string_view label, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}: {}\n", label, value);
}

void add_time(std::string& text, std::string_view label, std::optional<WallTime> time) {
    if (time) text += fmt::format("{}: {}\n", label, rfc3339_seconds(*time));
}

}  // namespace

std::string state_text(builds::Status status, std::optional<builds::Conclusion> conclusion) {
    if (!conclusion) return builds::name_of(status);
    return fmt::format("{}, {}", builds::name_of(status), builds::name_of(*conclusion));
}

std::string duration_text(double seconds) {
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long>(seconds);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string preview_line(const builds::Preview& preview) {
    auto line = fmt::format("Preview: {}", builds::name_of(preview.state));
    if (!preview.url.empty()) line += fmt::format(" at {}", preview.url);
    if (!preview.alias_url.empty()) line += fmt::format(" (newest of the branch: {})", preview.alias_url);
    if (!preview.path_url.empty()) line += fmt::format(" (without *.localhost: {})", preview.path_url);
    if (!preview.reason.empty()) line += fmt::format(" [{}]", preview.reason);
    if (preview.expires_at) line += fmt::format(", expires {}", rfc3339_seconds(*preview.expires_at));
    return line;
}

std::string run_report(const builds::Run& run, std::size_t job_limit, bool steps, WallTime now) {
    auto text = fmt::format("Workflow run: {}", run.name);
    if (!run.workflow_file.empty()) text += fmt::format(" ({})", run.workflow_file);
    text += fmt::format("\nRun ID: {}\nStatus: {}\n", run.id, builds::name_of(run.status));
    if (run.conclusion) text += fmt::format("Conclusion: {}\n", builds::name_of(*run.conclusion));
    add_optional(text, "Reason", run.reason);
    text += fmt::format("Branch: {}", run.head_branch);
    if (!run.head_sha.empty()) text += fmt::format(" at {}", run.head_sha);
    text += "\n";
    add_optional(text, "Title", run.title);
    if (run.attempt > 1) text += fmt::format("Attempt: {}\n", run.attempt);
    text += fmt::format("Created: {}\nUpdated: {}\n", rfc3339_seconds(run.created_at), rfc3339_seconds(run.updated_at));
    add_time(text, "Started", run.started_at);
    add_time(text, "Completed", run.completed_at);
    add_optional(text, "URL", run.html_url);
    add_optional(text, "Logs", run.logs_url);
    add_optional(text, "Sandbox", run.isolation);
    for (const auto& note : run.notes) text += fmt::format("Note: {}\n", note);
    text += preview_line(run.preview) + "\n";

    const auto jobs = jobs_by_interest(run);
    if (!jobs.empty()) text += "Jobs:\n";
    for (std::size_t i = 0; i < jobs.size() && i < job_limit; ++i) {
        text += job_line(*jobs[i], now);
        if (!steps) continue;
        for (const auto& step : jobs[i]->steps) text += step_line(step, now);
    }
    if (jobs.size() > job_limit) {
        text += fmt::format("- and {} more jobs (name one with `job` in builds.tailLogs)\n", jobs.size() - job_limit);
    }
    return to_utf8(text);
}

}  // namespace flux::tools
