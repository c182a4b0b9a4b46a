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

boost::json::array set_up_json(const std::vector<SetUpChange>& changes, std::size_t most) {
    boost::json::array result;
    for (const auto& change : changes) {
        if (result.size() == most) break;
        boost::json::object entry;
        entry["what"] = change.what;
        entry["name"] = change.name;
        entry["before"] = change.before.empty() ? boost::json::value{} : boost::json::value(change.before);
        entry["now"] = change.now;
        boost::json::array jobs;
        for (const auto& job : change.jobs) jobs.push_back(boost::json::value(job));
        entry["jobs"] = std::move(jobs);
        result.push_back(std::move(entry));
    }
    return result;
}

std::string set_up_lines(const SinceGreen& since, std::size_t most) {
    const auto& changes = since.set_up.changes;
    std::string lines;
    for (std::size_t i = 0; i < std::min(most, changes.size()); ++i) {
        const auto& change = changes[i];
        lines += fmt::format("{}{}{}: {} -> {}", change.what, change.name.empty() ? "" : " ", change.name,
                             change.before.empty() ? "(none)" : change.before, change.now);
        // What all jobs have in common needs no names.
        if (change.jobs.size() < since.failed_jobs) lines += in_jobs(change.jobs);
        lines += '\n';
    }
    return lines;
}

/// What a failed job was set up with and what it does, beside then.
std::string set_up_text(const SinceGreen& since, HistoryLimits limits) {
    const auto compared = since.set_up.compared;
    const auto some = compared < since.failed_jobs
                          ? fmt::format(" (compared: {} of {} failed jobs)", compared, since.failed_jobs)
                          : std::string{};
    const auto lines = set_up_lines(since, limits.set_up) + step_lines(since.differences);
    if (!lines.empty()) return fmt::format("Set up otherwise than then{}:\n{}", some, fenced(lines));
    if (compared == 0) return {};
    return fmt::format("Runner and actions are those of then{}.\n", some);
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

constexpr std::size_t longest_subject = 100;
constexpr std::size_t longest_path = 160;

std::string clean_path(std::string_view path) { return shortened(clean_name(path), longest_path); }

}  // namespace

async::Task<RunHistory> look_back(builds::Provider& provider, const Run& run,
                                  const std::vector<const builds::Job*>& failed, HistoryLimits limits) {
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
    SinceGreen since;
    since.green = *std::move(whole);
    since.failed_jobs = failed.size();
    if (!since.green.head_sha.empty() && !run.head_sha.empty()) {
        auto comparison = co_await provider.compare(since.green.head_sha, run.head_sha);
        if (comparison) since.comparison = *std::move(comparison);
    }
    since.differences = differences(since.green, run, failed);
    since.set_up = co_await set_up_changes(provider, since.green, run, failed, limits.set_up_jobs);
    history.since_green = std::move(since);
    co_return history;
}

boost::json::value since_green_json(const RunHistory& history, HistoryLimits limits) {
    if (!history.since_green) return nullptr;
    const auto& since = *history.since_green;
    const auto& green = since.green;
    const auto& comparison = since.comparison;
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
    result["set_up"] = set_up_json(since.set_up.changes, limits.set_up);
    result["set_up_compared"] = since.set_up.compared;
    result["failed_jobs"] = since.failed_jobs;
    add_json(since.differences, result);
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

std::string history_text(const RunHistory& history, HistoryLimits limits) {
    std::string text;
    if (history.flaky) {
        text += fmt::format("Flaky? The same commit was green in run {} ({} of {} runs of it failed).\n",
                            history.flaky->passed_run, history.flaky->failed,
                            history.flaky->failed + history.flaky->passed);
    }
    if (!history.since_green) return text;
    const auto& since = *history.since_green;
    const auto& green = since.green;
    const auto& comparison = since.comparison;
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
    text += text_of(since.differences);
    text += set_up_text(since, limits);
    return text;
}

}  // namespace flux::tools
