#include "tools/since_green.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "tools/fence.hpp"
#include "tools/log_text.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Run;

/// How many runs of the branch are looked through.
constexpr std::size_t looked_through = 30;

bool is_green_before(const Run& candidate, const Run& run) {
    return candidate.conclusion == Conclusion::success && candidate.id != run.id &&
           candidate.created_at <= run.created_at;
}

async::Task<std::vector<Run>> runs_like(builds::Provider& provider, builds::ListQuery query) {
    auto page = co_await provider.runs(std::move(query));
    if (!page) co_return std::vector<Run>{};
    co_return std::move(page->items);
}

std::optional<SameCommit> others_of_the_commit(const std::vector<Run>& runs, const Run& run) {
    SameCommit same;
    same.failed = 1;
    for (const auto& other : runs) {
        if (other.id == run.id || other.head_sha != run.head_sha || run.head_sha.empty()) continue;
        if (has_failed(other.conclusion)) ++same.failed;
        if (other.conclusion != Conclusion::success) continue;
        if (same.passed == 0) same.passed_run = other.id;
        ++same.passed;
    }
    if (same.passed == 0) return std::nullopt;
    return same;
}

/// A step that took much longer than in the green run.
struct Slower {
    std::string job;
    std::string step;
    double seconds = 0;
    double before_s = 0;
};

std::optional<double> seconds_of(const builds::Step& step) {
    if (!step.started_at || !step.completed_at) return std::nullopt;
    return duration_s(step.started_at, step.completed_at, *step.completed_at);
}

std::vector<Slower> slower_steps(const Run& green, const Run& run) {
    constexpr double noticeable_s = 20;
    constexpr double much = 2;
    constexpr std::size_t most = 3;
    std::vector<Slower> result;
    for (const auto& job : run.jobs) {
        const auto before = std::find_if(green.jobs.begin(), green.jobs.end(),
                                         [&](const builds::Job& other) { return other.name == job.name; });
        if (before == green.jobs.end()) continue;
        for (const auto& step : job.steps) {
            const auto same = std::find_if(before->steps.begin(), before->steps.end(),
                                           [&](const builds::Step& other) { return other.name == step.name; });
            const auto now = seconds_of(step);
            const auto then = same == before->steps.end() ? std::nullopt : seconds_of(*same);
            if (!now || !then || *now - *then < noticeable_s || *now < *then * much) continue;
            result.push_back({clean_name(job.name), clean_name(step.name), *now, *then});
        }
    }
    std::sort(result.begin(), result.end(),
              [](const Slower& a, const Slower& b) { return a.seconds - a.before_s > b.seconds - b.before_s; });
    if (result.size() > most) result.resize(most);
    return result;
}

boost::json::array slower_json(const std::vector<Slower>& steps) {
    boost::json::array result;
    for (const auto& step : steps) {
        boost::json::object entry;
        entry["job"] = step.job;
        entry["step"] = step.step;
        entry["duration_s"] = step.seconds;
        entry["before_s"] = step.before_s;
        result.push_back(std::move(entry));
    }
    return result;
}

boost::json::array set_up_json(const std::vector<SetUpChange>& changes, std::size_t most) {
    boost::json::array result;
    for (const auto& change : changes) {
        if (result.size() == most) break;
        boost::json::object entry;
        entry["what"] = change.what;
        entry["name"] = change.name;
        entry["before"] = change.before.empty() ? boost::json::value{} : boost::json::value(change.before);
        entry["now"] = change.now;
        result.push_back(std::move(entry));
    }
    return result;
}

std::string set_up_text(const std::vector<SetUpChange>& changes, std::size_t most) {
    std::string lines;
    for (std::size_t i = 0; i < std::min(most, changes.size()); ++i) {
        const auto& change = changes[i];
        lines += fmt::format("{}{}{}: {} -> {}\n", change.what, change.name.empty() ? "" : " ", change.name,
                             change.before.empty() ? "(none)" : change.before, change.now);
    }
    return fenced(lines);
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

constexpr std::size_t longest_subject = 100;
constexpr std::size_t longest_path = 160;

std::string clean_path(std::string_view path) { return shortened(clean_name(path), longest_path); }

}  // namespace

async::Task<RunHistory> look_back(builds::Provider& provider, const Run& run, const builds::Job* failed) {
    RunHistory history;
    builds::ListQuery of_branch;
    of_branch.branch = run.head_branch;
    of_branch.workflow = run.workflow_file;
    of_branch.limit = looked_through;
    const auto branch_runs = co_await runs_like(provider, std::move(of_branch));
    history.flaky = others_of_the_commit(branch_runs, run);

    const auto is_green = [&](const Run& other) { return is_green_before(other, run); };
    auto green = std::find_if(branch_runs.begin(), branch_runs.end(), is_green);
    std::optional<builds::RunId> found;
    if (green != branch_runs.end()) {
        found = green->id;
    } else {
        builds::ListQuery elsewhere;
        elsewhere.workflow = run.workflow_file;
        elsewhere.status = builds::name_of(Conclusion::success);
        elsewhere.limit = looked_through;
        const auto other_runs = co_await runs_like(provider, std::move(elsewhere));
        green = std::find_if(other_runs.begin(), other_runs.end(), is_green);
        if (green != other_runs.end()) found = green->id;
    }
    if (!found) co_return history;
    auto whole = co_await provider.find(*found);
    if (!whole) co_return history;
    SinceGreen since{*std::move(whole), std::nullopt, {}};
    if (!since.green.head_sha.empty() && !run.head_sha.empty()) {
        auto comparison = co_await provider.compare(since.green.head_sha, run.head_sha);
        if (comparison) since.comparison = *std::move(comparison);
    }
    if (failed != nullptr) since.set_up = co_await set_up_changes(provider, since.green, run, *failed);
    history.since_green = std::move(since);
    co_return history;
}

boost::json::value since_green_json(const RunHistory& history, const Run& run, HistoryLimits limits) {
    if (!history.since_green) return nullptr;
    const auto& [green, comparison, set_up] = *history.since_green;
    boost::json::object result;
    result["run_id"] = green.id;
    result["branch"] = clean_name(green.head_branch);
    result["head_sha"] = green.head_sha;
    result["created_at"] = rfc3339_seconds(green.created_at);
    result["commits"] = nullptr;
    result["files"] = nullptr;
    if (comparison) {
        boost::json::array commits;
        for (const auto& commit : comparison->commits) {
            if (commits.size() == limits.commits) break;
            boost::json::object entry;
            entry["sha"] = commit.sha.substr(0, 12);
            entry["subject"] = shortened(clean_name(commit.subject), longest_subject);
            entry["author"] = shortened(clean_name(commit.author), 60);
            commits.push_back(std::move(entry));
        }
        boost::json::array files;
        for (const auto& file : comparison->files) {
            if (files.size() == limits.files) break;
            boost::json::object entry;
            entry["path"] = clean_path(file.path);
            entry["added"] = file.added;
            entry["removed"] = file.removed;
            files.push_back(std::move(entry));
        }
        result["commits"] = std::move(commits);
        result["commits_total"] = comparison->total_commits;
        result["files"] = std::move(files);
        result["files_total"] = comparison->total_files;
        if (comparison->more_files) result["more_files"] = true;
    }
    result["set_up"] = set_up_json(set_up.changes, limits.set_up);
    result["slower"] = slower_json(slower_steps(green, run));
    return result;
}

boost::json::value flaky_json(const RunHistory& history) {
    if (!history.flaky) return nullptr;
    boost::json::object result;
    result["passed"] = history.flaky->passed;
    result["failed"] = history.flaky->failed;
    result["passed_run_id"] = history.flaky->passed_run;
    return result;
}

std::string history_text(const RunHistory& history, const Run& run, HistoryLimits limits) {
    std::string text;
    if (history.flaky) {
        text += fmt::format("Flaky? The same commit was green in run {} ({} of {} runs of it failed).\n",
                            history.flaky->passed_run, history.flaky->failed,
                            history.flaky->failed + history.flaky->passed);
    }
    if (!history.since_green) return text;
    const auto& [green, comparison, set_up] = *history.since_green;
    text += fmt::format("Last green: run {} of {} at {}", green.id, clean_name(green.head_branch),
                        green.head_sha.substr(0, 9));
    if (!comparison) {
        text += "; what changed since is not known.\n";
    } else if (comparison->total_commits == 0) {
        text += "; no commit since.\n";
    } else {
        text += fmt::format("; {} and {}{} since.\n", counted(comparison->total_commits, "commit"),
                            comparison->more_files ? "at least " : "", counted(comparison->total_files, "file"));
        std::string lines;
        for (std::size_t i = 0; i < std::min(limits.commits, comparison->commits.size()); ++i) {
            const auto& commit = comparison->commits[i];
            lines +=
                fmt::format("{} {}\n", commit.sha.substr(0, 9), shortened(clean_name(commit.subject), longest_subject));
        }
        for (std::size_t i = 0; i < std::min(limits.files, comparison->files.size()); ++i) {
            const auto& file = comparison->files[i];
            lines += fmt::format("{} +{} -{}\n", clean_path(file.path), file.added, file.removed);
        }
        text += fenced(lines);
    }
    if (!set_up.changes.empty() && limits.set_up > 0)
        text += "Set up with other versions than then:\n" + set_up_text(set_up.changes, limits.set_up);
    for (const auto& step : slower_steps(green, run)) {
        text += fmt::format("Slower than then: {} / {} took {}, then {}.\n", step.job, step.step,
                            duration_text(step.seconds), duration_text(step.before_s));
    }
    return text;
}

}  // namespace flux::tools
