#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "builds/provider.hpp"

namespace flux {

/// A provider in memory that remembers what it was asked. Runs and logs are what a test puts in; `next_error` is what
/// the next writing call answers with.
class FakeProvider final : public builds::Provider {
public:
    std::map<builds::RunId, builds::Run> known;
    std::map<std::int64_t, std::vector<logs::Line>> logs;                               ///< by job
    std::map<std::int64_t, Result<std::vector<builds::Annotation>>> known_annotations;  ///< by job
    std::vector<builds::Branch> known_branches;
    std::vector<builds::Workflow> known_workflows;
    std::vector<builds::CreateRequest> created;
    std::vector<builds::RunId> cancelled;
    std::vector<builds::RerunRequest> rerun_requests;
    std::vector<std::variant<builds::RunId, builds::BranchName>> removed;
    std::vector<builds::ListQuery> lists;
    std::vector<builds::LogQuery> reads;
    std::optional<Error> next_error;
    std::map<builds::RunId, std::shared_ptr<builds::RunWatch>> watches;
    std::shared_ptr<async::Changes> every_run;
    builds::Health known_health;
    std::optional<builds::Quota> known_quota;

    /// A run that is over, with one job.
    builds::Run& add_run(builds::RunId id, builds::Conclusion conclusion) {
        auto& run = known[id];
        run.id = id;
        run.name = "Deploy";
        run.workflow_file = "deploy.yml";
        run.head_branch = "main";
        run.head_sha = "0123456789abcdef0123456789abcdef01234567";
        run.html_url = "http://127.0.0.1:8787/runs/" + std::to_string(id);
        run.status = builds::Status::completed;
        run.conclusion = conclusion;
        run.preview.run_id = id;
        run.preview.branch = "main";
        run.preview.url = "http://r" + std::to_string(id) + ".localhost:8788/";
        run.preview.state =
            conclusion == builds::Conclusion::success ? builds::PreviewState::reachable : builds::PreviewState::failed;
        return run;
    }

    /// A job with one step of `lines`.
    builds::Job& add_job(builds::Run& run, std::int64_t id, std::string name, std::vector<std::string> lines,
                         std::optional<builds::Conclusion> conclusion) {
        auto& job = run.jobs.emplace_back();
        job.id = id;
        job.key = name;
        job.name = std::move(name);
        job.status = conclusion ? builds::Status::completed : builds::Status::in_progress;
        job.conclusion = conclusion;
        builds::Step step;
        step.number = 1;
        step.name = "Run tests";
        step.status = job.status;
        step.conclusion = conclusion;
        job.steps.push_back(std::move(step));
        for (auto& line : lines) write(job, std::move(line));
        return job;
    }

    void write(builds::Job& job, std::string text) {
        auto& lines = logs[job.id];
        logs::Line line;
        line.number = static_cast<std::int64_t>(lines.size()) + 1;
        line.step = job.steps.back().number;
        if (text.starts_with("##[error]")) line.level = logs::Level::error;
        if (text.starts_with("##[warning]")) line.level = logs::Level::warning;
        line.text = std::move(text);
        job.log_lines = line.number;
        auto& step = job.steps.back();
        if (step.first_line == 0) step.first_line = line.number;
        step.last_line = line.number;
        lines.push_back(std::move(line));
    }

    std::string name() const override { return "fake"; }

    async::Task<Result<builds::Created>> create(builds::CreateRequest request) override {
        created.push_back(request);
        if (auto error = std::exchange(next_error, {})) co_return fail(*std::move(error));
        const auto id = request.dry_run ? 0 : static_cast<builds::RunId>(known.size()) + 1;
        builds::Run run =
            id == 0 ? FakeProvider{}.add_run(1, builds::Conclusion::success) : add_run(id, builds::Conclusion::success);
        run.id = id;
        run.status = builds::Status::queued;
        run.conclusion.reset();
        run.head_branch = request.branch.text();
        run.preview.state = builds::PreviewState::requested;
        if (id > 0) known[id] = run;
        builds::Created result;
        result.run = run;
        result.matched_by = "created";
        co_return result;
    }

    async::Task<Result<builds::Run>> find(builds::RunId id, int) override {
        const auto run = known.find(id);
        if (run == known.end()) co_return fail(Errc::not_found, "There is no run.", "run_not_found");
        co_return run->second;
    }

    std::shared_ptr<builds::RunWatch> watch(builds::RunId id) override {
        const auto found = watches.find(id);
        return found == watches.end() ? nullptr : found->second;
    }

    std::shared_ptr<async::Changes> watch_runs() override { return every_run; }

    async::Task<Result<builds::LogPage>> read_log(builds::LogQuery query) override {
        reads.push_back(query);
        builds::LogPage page;
        const auto& lines = logs[query.job];
        page.total_lines = static_cast<std::int64_t>(lines.size());
        std::size_t bytes = 0;
        const auto take = [&](const logs::Line& line) {
            if (line.number < query.first_line || line.number > query.last_line || line.level < query.at_least) return;
            if (page.lines.size() >= query.max_lines || (bytes + line.text.size() > query.max_bytes && bytes > 0)) {
                bytes = query.max_bytes;
                return;
            }
            bytes += line.text.size();
            page.lines.push_back(line);
        };
        if (query.from_end) {
            std::for_each(lines.rbegin(), lines.rend(), take);
            std::reverse(page.lines.begin(), page.lines.end());
        } else {
            std::for_each(lines.begin(), lines.end(), take);
        }
        co_return page;
    }

    async::Task<Result<builds::Page<builds::Run>>> runs(builds::ListQuery query) override {
        lists.push_back(query);
        builds::Page<builds::Run> page;
        for (auto run = known.rbegin(); run != known.rend() && page.items.size() < query.limit; ++run) {
            const auto& one = run->second;
            if (!query.branch.empty() && one.head_branch != query.branch) continue;
            const auto* ended = one.conclusion ? builds::name_of(*one.conclusion) : "";
            if (!query.status.empty() && query.status != ended) continue;
            page.items.push_back(one);
        }
        if (page.items.size() < known.size() && query.branch.empty()) page.cursor = "older";
        co_return page;
    }

    async::Task<Result<builds::Page<builds::Preview>>> previews(builds::ListQuery query) override {
        lists.push_back(query);
        builds::Page<builds::Preview> page;
        for (const auto& [id, run] : known) page.items.push_back(run.preview);
        co_return page;
    }

    async::Task<Result<builds::Page<builds::Branch>>> branches(builds::ListQuery query) override {
        lists.push_back(query);
        builds::Page<builds::Branch> page;
        page.items = known_branches;
        co_return page;
    }

    async::Task<Result<builds::Page<builds::Workflow>>> workflows(builds::ListQuery query) override {
        lists.push_back(query);
        builds::Page<builds::Workflow> page;
        page.items = known_workflows;
        co_return page;
    }

    std::map<std::pair<std::string, std::string>, builds::Comparison> comparisons;  ///< by both commits

    async::Task<Result<std::optional<builds::Comparison>>> compare(std::string base, std::string head) override {
        const auto found = comparisons.find({base, head});
        std::optional<builds::Comparison> comparison;
        if (found != comparisons.end()) comparison = found->second;
        co_return comparison;
    }

    async::Task<Result<std::vector<builds::Annotation>>> annotations(builds::RunId, std::int64_t job) override {
        const auto found = known_annotations.find(job);
        co_return found == known_annotations.end() ? std::vector<builds::Annotation>{} : found->second;
    }

    async::Task<Result<builds::Run>> cancel(builds::RunId id, std::string) override {
        if (auto error = std::exchange(next_error, {})) co_return fail(*std::move(error));
        cancelled.push_back(id);
        co_return co_await find(id, 0);
    }

    async::Task<Result<builds::Run>> rerun(builds::RerunRequest request) override {
        if (auto error = std::exchange(next_error, {})) co_return fail(*std::move(error));
        rerun_requests.push_back(request);
        co_return co_await find(request.run, 0);
    }

    async::Task<Result<builds::Preview>> remove_preview(std::variant<builds::RunId, builds::BranchName> what,
                                                        std::string) override {
        if (auto error = std::exchange(next_error, {})) co_return fail(*std::move(error));
        removed.push_back(what);
        builds::Preview preview;
        preview.state = builds::PreviewState::removed;
        preview.branch = "main";
        co_return preview;
    }

    async::Task<builds::Health> health() override { co_return known_health; }

    std::optional<builds::Quota> quota() const override { return known_quota; }
};

}  // namespace flux
