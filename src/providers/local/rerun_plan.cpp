#include "providers/local/rerun_plan.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "workflow/plan.hpp"

namespace flux::providers::local {

namespace {

using builds::Conclusion;

bool is_good(const builds::Job& job) {
    return job.conclusion == Conclusion::success || job.conclusion == Conclusion::skipped ||
           job.conclusion == Conclusion::neutral;
}

std::vector<bool> what_runs_again(const RunRecord& before, const workflow::Workflow& workflow, bool failed_only) {
    std::vector<bool> again;
    for (const auto& job : workflow.jobs) {
        bool known = false;
        bool good = true;
        for (const auto& done : before.run.jobs) {
            if (done.key != job.key) continue;
            known = true;
            good = good && is_good(done);
        }
        again.push_back(!failed_only || !known || !good);
    }
    const workflow::Plan plan{workflow};
    for (const auto index : plan.order()) {
        const auto& needs = plan.direct_needs(index);
        if (std::ranges::any_of(needs, [&](std::size_t need) { return again[need]; })) again[index] = true;
    }
    return again;
}

bool lies_in(WallTime time, const builds::Job& job) {
    return job.started_at && job.completed_at && time >= *job.started_at && time <= *job.completed_at;
}

}  // namespace

std::vector<builds::Job> waiting_jobs(const workflow::Workflow& workflow) {
    std::vector<builds::Job> jobs;
    for (const auto& job : workflow.jobs) {
        builds::Job waiting;
        waiting.key = job.key;
        waiting.name = job.key;
        for (const auto& need : job.needs) waiting.needs.push_back(need.text);
        jobs.push_back(std::move(waiting));
    }
    return jobs;
}

Result<RerunPlan> plan_rerun(const RunRecord& before, const workflow::Workflow& workflow, const RunFolders& folders,
                             bool failed_only) {
    const auto again = what_runs_again(before, workflow, failed_only);
    if (std::ranges::none_of(again, [](bool one) { return one; })) {
        return fail(Errc::conflict,
                    "No job of this run failed or was cancelled. Run all of them again with `failed_only: false`.",
                    "nothing_failed");
    }
    RerunPlan plan;
    plan.carried.resize(workflow.jobs.size());
    const auto waiting = waiting_jobs(workflow);
    for (std::size_t i = 0; i < workflow.jobs.size(); ++i) {
        if (again[i]) {
            plan.jobs.push_back(waiting[i]);
            plan.remains.emplace_back();
            continue;
        }
        CarriedJob carried{.result = workflow::JobResult::skipped, .outputs = {}, .site = {}};
        for (std::size_t j = 0; j < before.run.jobs.size(); ++j) {
            const auto& job = before.run.jobs[j];
            if (job.key != workflow.jobs[i].key) continue;
            const auto& remains = before.remains[j];
            if (job.conclusion != Conclusion::skipped) carried.result = workflow::JobResult::success;
            if (!remains.outputs.empty()) carried.outputs = remains.outputs;
            if (!remains.site.empty()) carried.site = folders.run(before.run.id) / remains.site;
            if (!remains.page_url.empty()) carried.page_url = remains.page_url;
            plan.jobs.push_back(job);
            plan.remains.push_back(remains);
        }
        plan.carried[i] = std::move(carried);
    }
    return plan;
}

void carry_artifacts(const RunRecord& before, const RerunPlan& plan, const RunFolders& folders, int new_attempt) {
    std::error_code refused;
    const auto target = folders.artifacts(before.run.id, new_attempt);
    for (const auto& entry :
         std::filesystem::directory_iterator{folders.artifacts(before.run.id, before.run.attempt), refused}) {
        struct stat status{};
        if (::lstat(entry.path().c_str(), &status) != 0) continue;
        // An artifact doesn't say which job stored it; its time does, unless jobs overlapped.
        const WallTime stored{std::chrono::seconds{status.st_mtim.tv_sec} +
                              std::chrono::microseconds{status.st_mtim.tv_nsec / 1000}};
        const bool carried = std::ranges::any_of(plan.jobs, [&](const auto& job) { return lies_in(stored, job); });
        if (!carried) continue;
        std::filesystem::create_directories(target, refused);
        std::filesystem::copy(
            entry.path(), target / entry.path().filename(),
            std::filesystem::copy_options::recursive | std::filesystem::copy_options::create_hard_links, refused);
    }
}

}  // namespace flux::providers::local
