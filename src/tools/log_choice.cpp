#include "tools/log_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "tools/name_argument.hpp"
#include "tools/policy.hpp"
#include "tools/run_id_argument.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Job;
using builds::Run;
using builds::Status;
using builds::Step;

constexpr std::size_t most_names = 30;

std::string quoted(const std::vector<std::string>& names) {
    std::string result;
    for (std::size_t i = 0; i < names.size() && i < most_names; ++i) {
        result += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
    }
    if (names.size() > most_names) result += fmt::format(" and {} more", names.size() - most_names);
    return result;
}

LogPart whole(const Job& job) { return {&job, nullptr, 1, job.log_lines, has_failed(job.conclusion)}; }

LogPart of_step(const Job& job, const Step& step) {
    return {&job, &step, step.first_line, step.last_line, has_failed(step.conclusion)};
}

void add(std::vector<LogPart>& parts, const LogPart& part) {
    if (part.first_line > 0 && part.last_line >= part.first_line) parts.push_back(part);
}

/// The failed steps of a job, or all of it where no step says why.
void add_failure(std::vector<LogPart>& parts, const Job& job) {
    const auto before = parts.size();
    for (const auto& step : job.steps) {
        if (has_failed(step.conclusion)) add(parts, of_step(job, step));
    }
    if (parts.size() == before) add(parts, whole(job));
}

void add_job(std::vector<LogPart>& parts, const Job& job) {
    if (has_failed(job.conclusion)) {
        add_failure(parts, job);
    } else {
        add(parts, whole(job));
    }
}

std::vector<LogPart> what_matters(const Run& run) {
    std::vector<LogPart> parts;
    for (const auto& job : run.jobs) {
        if (has_failed(job.conclusion)) add_failure(parts, job);
    }
    for (const auto& job : run.jobs) {
        if (job.status == Status::in_progress) add(parts, whole(job));
    }
    if (!parts.empty()) return parts;
    for (const auto& job : run.jobs) {
        if (job.conclusion == Conclusion::cancelled) add(parts, whole(job));
    }
    if (!parts.empty()) return parts;

    const Job* last = nullptr;
    for (const auto& job : run.jobs) {
        if (job.log_lines > 0 && (last == nullptr || job.completed_at >= last->completed_at)) last = &job;
    }
    if (last != nullptr) add(parts, whole(*last));
    return parts;
}

bool is_step(std::string_view wanted, const Step& step) {
    const auto number = to_integer(wanted);
    return number ? step.number == *number : is_meant(wanted, step.name);
}

}  // namespace

Result<LogArguments> log_arguments(const json::Arguments& arguments) {
    LogArguments result;
    const auto run = run_id_argument(arguments);
    if (!run) return fail(run.error());
    result.run = *run;
    auto job = name_or_number(arguments, "job");
    if (!job) return fail(std::move(job.error()));
    result.job = *std::move(job);
    auto step = name_or_number(arguments, "step");
    if (!step) return fail(std::move(step.error()));
    result.step = *std::move(step);
    const auto attempt = arguments.optional_integer("attempt", 1, 1'000'000);
    if (!attempt) return fail(attempt.error());
    result.attempt = static_cast<int>(attempt->value_or(0));

    const auto cursor = arguments.optional_text("cursor");
    if (!cursor) return fail(cursor.error());
    if (!*cursor) return result;
    auto place = logs::LogCursor::decode(**cursor, result.run);
    if (!place) return fail(std::move(place.error()));
    if (result.attempt > 0 && place->attempt > 0 && place->attempt != result.attempt) {
        return fail(Errc::invalid_argument,
                    fmt::format("This cursor belongs to attempt {} of run {}, not to attempt {}. Leave one of the two "
                                "out.",
                                place->attempt, result.run, result.attempt),
                    "cursor_mismatch");
    }
    if (place->attempt > 0) result.attempt = place->attempt;
    result.cursor = *std::move(place);
    return result;
}

void forget_what_was_read(logs::LogCursor& cursor, const Run& run) {
    constexpr std::size_t many = 50;
    if (run.jobs.size() < many) return;
    std::vector<const Job*> jobs;
    for (const auto& job : run.jobs) jobs.push_back(&job);
    std::ranges::sort(jobs, {}, &Job::id);
    std::map<std::int64_t, std::int64_t> read;
    auto last = read.end();
    for (const auto* job : jobs) {
        const auto next = cursor.next_line(job->id);
        const bool ended = job->status == Status::completed && !job->log_due;
        const bool is_over = ended && (job->log_lines > 0 || job->conclusion == Conclusion::skipped);
        const bool was_read = next == std::numeric_limits<std::int64_t>::max() || (is_over && next > job->log_lines);
        if (!was_read) {
            last = read.end();
            continue;
        }
        if (last == read.end()) last = read.emplace(job->id, job->id).first;
        last->second = job->id;
        cursor.next.erase(job->id);
        cursor.transitions.erase(job->id);
    }
    cursor.read = std::move(read);
}

bool is_meant(std::string_view wanted, std::string_view name) {
    const auto pattern = ascii_lower(trimmed(wanted));
    const auto text = ascii_lower(name);
    if (pattern.find_first_of("*?") != std::string::npos) return fits_glob(pattern, text);
    return text.find(pattern) != std::string::npos;
}

Result<std::vector<const Job*>> choose_jobs(const Run& run, const std::optional<std::string>& job) {
    std::vector<const Job*> exact;
    std::vector<const Job*> similar;
    std::vector<std::string> names;
    const auto id = job ? to_integer(*job) : std::nullopt;
    for (const auto& candidate : run.jobs) {
        names.push_back(candidate.name);
        if (job && (candidate.name == *job || candidate.key == *job || (id && candidate.id == *id))) {
            exact.push_back(&candidate);
        }
        if (!job || is_meant(*job, candidate.name) || is_meant(*job, candidate.key)) similar.push_back(&candidate);
    }
    if (!exact.empty()) return exact;
    if (!similar.empty() || !job) return similar;
    return fail(Errc::not_found,
                fmt::format("No job of run {} is called \"{}\". Its jobs: {}. Give `job` one of those names.", run.id,
                            shortened(*job, 80), quoted(names)),
                "job_not_found");
}

Result<std::vector<LogPart>> choose_parts(const Run& run, const std::optional<std::string>& job,
                                          const std::optional<std::string>& step) {
    if (!job && !step) return what_matters(run);
    const auto jobs = choose_jobs(run, job);
    if (!jobs) return fail(jobs.error());

    std::vector<LogPart> parts;
    if (!step) {
        for (const auto* chosen : *jobs) add_job(parts, *chosen);
        return parts;
    }
    bool found = false;
    std::vector<std::string> names;
    for (const auto* chosen : *jobs) {
        for (const auto& candidate : chosen->steps) {
            if (std::find(names.begin(), names.end(), candidate.name) == names.end()) names.push_back(candidate.name);
            if (!is_step(*step, candidate)) continue;
            found = true;
            add(parts, of_step(*chosen, candidate));
        }
    }
    if (found) return parts;
    return fail(Errc::not_found,
                fmt::format("No step of run {} is called \"{}\". Its steps: {}. Give `step` one of those names or its "
                            "number.",
                            run.id, shortened(*step, 80), quoted(names)),
                "step_not_found");
}

Result<std::vector<LogPart>> choose_whole(const Run& run, const std::optional<std::string>& job,
                                          const std::optional<std::string>& step) {
    if (step) return choose_parts(run, job, step);
    const auto jobs = choose_jobs(run, job);
    if (!jobs) return fail(jobs.error());
    std::vector<LogPart> parts;
    for (const auto* chosen : *jobs) add(parts, whole(*chosen));
    return parts;
}

}  // namespace flux::tools
