#include "workflow/plan.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"

namespace flux::workflow {

namespace {

std::vector<std::size_t> without_repeats(std::vector<std::size_t> indices) {
    std::ranges::sort(indices);
    const auto rest = std::ranges::unique(indices);
    indices.erase(rest.begin(), rest.end());
    return indices;
}

/// Each behind all that it needs; of those that may come next, the first of the file.
std::vector<std::size_t> ordered(const std::vector<std::vector<std::size_t>>& needs) {
    std::vector<std::size_t> missing(needs.size());
    std::vector<std::vector<std::size_t>> dependants(needs.size());
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t job = 0; job < needs.size(); ++job) {
        missing[job] = needs[job].size();
        if (needs[job].empty()) ready.push(job);
        for (const auto need : needs[job]) dependants[need].push_back(job);
    }
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const auto job = ready.top();
        ready.pop();
        order.push_back(job);
        for (const auto dependant : dependants[job]) {
            if (--missing[dependant] == 0) ready.push(dependant);
        }
    }
    return order;
}

}  // namespace

const char* name_of(JobResult result) {
    switch (result) {
    case JobResult::success: return "success";
    case JobResult::failure: return "failure";
    case JobResult::cancelled: return "cancelled";
    case JobResult::skipped: return "skipped";
    }
    return "unknown";
}

Plan::Plan(const Workflow& workflow) : direct_(workflow.jobs.size()), all_(workflow.jobs.size()) {
    std::unordered_map<std::string, std::size_t> indices;
    for (std::size_t job = 0; job < workflow.jobs.size(); ++job) {
        keys_.push_back(ascii_lower(workflow.jobs[job].key));
        indices.emplace(keys_.back(), job);
    }
    for (std::size_t job = 0; job < workflow.jobs.size(); ++job) {
        std::vector<std::size_t> needs;
        for (const auto& need : workflow.jobs[job].needs) needs.push_back(indices.at(ascii_lower(need.text)));
        direct_[job] = without_repeats(std::move(needs));
    }
    order_ = ordered(direct_);
    for (const auto job : order_) {
        auto needs = direct_[job];
        for (const auto need : direct_[job]) needs.insert(needs.end(), all_[need].begin(), all_[need].end());
        all_[job] = without_repeats(std::move(needs));
    }
}

Contexts::Status Plan::status_for(std::size_t job, std::vector<JobResult> results, bool cancelled) const {
    std::vector<std::pair<std::string, JobResult>> needed;
    for (const auto need : all_[job]) needed.emplace_back(keys_[need], results[need]);
    return [needed = std::move(needed), cancelled](StatusFunction function, const std::vector<std::string>& jobs) {
        const auto is_asked = [&](const auto& need) {
            return jobs.empty() ||
                   std::ranges::any_of(jobs, [&](const auto& each) { return equal_ignoring_case(each, need.first); });
        };
        switch (function) {
        case StatusFunction::always: return true;
        case StatusFunction::cancelled: return cancelled;
        case StatusFunction::success:
            return !cancelled && std::ranges::all_of(needed, [&](const auto& need) {
                return !is_asked(need) || need.second == JobResult::success;
            });
        case StatusFunction::failure:
            return !cancelled && std::ranges::any_of(needed, [&](const auto& need) {
                return is_asked(need) && need.second == JobResult::failure;
            });
        }
        return false;
    };
}

JobResult combined(const std::vector<JobOutcome>& outcomes) {
    const auto has = [&](JobResult result) {
        return std::ranges::any_of(outcomes, [&](const JobOutcome& outcome) {
            return outcome.result == result && !(result == JobResult::failure && outcome.continue_on_error);
        });
    };
    if (has(JobResult::failure)) return JobResult::failure;
    if (has(JobResult::cancelled)) return JobResult::cancelled;
    const bool all_skipped = !outcomes.empty() && std::ranges::all_of(outcomes, [](const JobOutcome& outcome) {
        return outcome.result == JobResult::skipped;
    });
    return all_skipped ? JobResult::skipped : JobResult::success;
}

}  // namespace flux::workflow
