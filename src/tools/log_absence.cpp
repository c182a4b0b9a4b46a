#include "tools/log_absence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Job;
using builds::Run;
using builds::Status;

constexpr std::int64_t soon = 5;
constexpr std::int64_t later = 15;

std::string because(std::string_view reason) {
    if (reason.ends_with('.')) reason.remove_suffix(1);
    return reason.empty() ? std::string{} : fmt::format(" ({})", shortened(to_utf8(reason), 300));
}

bool has_lines(const std::vector<const Job*>& jobs) {
    return std::any_of(jobs.begin(), jobs.end(), [](const Job* job) { return job->log_lines > 0; });
}

bool are_over(const Run& run, const std::vector<const Job*>& jobs) {
    if (builds::is_over(run)) return true;
    const auto is_over = [](const Job* job) { return job->status == Status::completed; };
    return !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), is_over);
}

std::string why_waiting(const std::string& who, Status status, const std::string& reason, builds::LiveLog live) {
    switch (status) {
    case Status::in_progress:
        if (live == builds::LiveLog::steps) {
            return fmt::format(
                "{} is running{}. The lines of a job come when it has ended; until then there are its steps.", who,
                because(reason));
        }
        return fmt::format("{} has started and has written no line yet{}.", who, because(reason));
    case Status::waiting: return fmt::format("{} is waiting for an approval or a rule{}.", who, because(reason));
    default:
        return fmt::format("{} is {}{} and has not started, so there are no lines yet.", who, builds::name_of(status),
                           because(reason));
    }
}

std::string why_ended(const std::string& who, std::optional<Conclusion> conclusion, const std::string& reason) {
    if (conclusion == Conclusion::cancelled) {
        return fmt::format("{} was cancelled{} before it wrote a line: there is no log, and none will come.", who,
                           because(reason));
    }
    if (conclusion == Conclusion::skipped) {
        return fmt::format("{} was skipped{}: there is no log, and none will come.", who, because(reason));
    }
    if (conclusion == Conclusion::action_required) {
        return fmt::format("{} needs a person's approval{} before it runs.", who, because(reason));
    }
    return fmt::format("{} ended ({}) without a line{}: it has failed before a step ran, or its log has expired.", who,
                       conclusion ? builds::name_of(*conclusion) : "completed", because(reason));
}

LogAbsence due(const std::string& who, const std::string& reason) {
    // The provider's own words say all of it.
    auto why =
        reason.empty() ? fmt::format("{} has ended, and its log is on its way.", who) : shortened(to_utf8(reason), 300);
    return {std::move(why), "not_yet", soon};
}

LogAbsence absence_of(const std::string& who, Status status, std::optional<Conclusion> conclusion,
                      const std::string& reason, builds::LiveLog live) {
    if (status == Status::completed) return {why_ended(who, conclusion, reason), "never_written", 0};
    return {why_waiting(who, status, reason, live), "not_yet", status == Status::in_progress ? soon : later};
}

}  // namespace

std::vector<const Job*> all_jobs(const Run& run) {
    std::vector<const Job*> jobs;
    for (const auto& job : run.jobs) jobs.push_back(&job);
    return jobs;
}

bool is_due(const std::vector<const Job*>& jobs) {
    return std::any_of(jobs.begin(), jobs.end(), [](const Job* job) { return job->log_due; });
}

const char* log_state(const Run& run, const std::vector<const Job*>& jobs) {
    const bool over = are_over(run, jobs) && !is_due(jobs);
    if (has_lines(jobs)) return over ? "complete" : "live";
    return over ? "never_written" : "not_yet";
}

LogAbsence explain_absence(const Run& run, const std::vector<const Job*>& jobs) {
    if (jobs.size() == 1) {
        const auto& job = *jobs.front();
        const auto who = fmt::format("Job \"{}\"", shortened(to_utf8(job.name), 80));
        if (job.log_due) return due(who, job.reason);
        // The run knows more of a gate: who approves it, and where.
        const auto& reason = job.status == Status::waiting && !run.reason.empty() ? run.reason : job.reason;
        return absence_of(who, job.status, job.conclusion, reason, run.live_log);
    }
    auto reason = run.reason;
    for (const auto* job : jobs) {
        // Of a log that is due the provider says itself whose it is.
        if (reason.empty() && !job->reason.empty()) reason = (job->log_due ? "" : job->name + ": ") + job->reason;
    }
    if (builds::is_over(run) && is_due(jobs)) {
        const auto explained =
            std::ranges::find_if(jobs, [](const Job* job) { return job->log_due && !job->reason.empty(); });
        return due(fmt::format("Run {}", run.id), explained == jobs.end() ? run.reason : (*explained)->reason);
    }
    return absence_of(fmt::format("Run {}", run.id), run.status, run.conclusion, reason, run.live_log);
}

}  // namespace flux::tools
