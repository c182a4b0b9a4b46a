#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "providers/local/job_contexts.hpp"
#include "providers/local/run_execution.hpp"
#include "workflow/condition.hpp"

// Which job of a run may start when: needs, conditions, matrices. All with the mutex held.

namespace flux::providers::local {

namespace {

using builds::Conclusion;
using workflow::JobResult;

}  // namespace

void RunExecution::advance() {
    // One job's end can settle several others, each of which can settle more.
    for (bool moved = true; moved;) {
        moved = false;
        for (const auto index : plan_.order()) {
            auto& node = nodes_[index];
            if (!node.expanded) moved = open_node(index) || moved;
            if (!node.expanded || node.over) continue;
            fill_slots(node);
            const auto over = [](const Instance* instance) { return instance->stage == Instance::Stage::over; };
            if (std::ranges::all_of(node.instances, over)) {
                close_node(node);
                moved = true;
            }
        }
    }
}

std::vector<NeedResult> RunExecution::needs_of(std::size_t node) const {
    std::vector<NeedResult> needs;
    for (const auto need : plan_.direct_needs(node)) {
        needs.push_back(
            {.key = order_.workflow->jobs[need].key, .result = nodes_[need].result, .outputs = nodes_[need].outputs});
    }
    return needs;
}

bool RunExecution::open_node(std::size_t index) {
    const auto& needs = plan_.direct_needs(index);
    if (!std::ranges::all_of(needs, [this](std::size_t need) { return nodes_[need].over; })) return false;

    auto& node = nodes_[index];
    auto& first = *node.instances.front();
    node.expanded = true;
    if (interrupted_) {
        settle(first, Conclusion::cancelled, cancel_reason_);
        return true;
    }
    const auto& job = order_.workflow->jobs[index];
    auto contexts = planning_contexts(order_.facts, needs_of(index), job.key);
    std::vector<JobResult> results;
    for (const auto& one : nodes_) results.push_back(one.result);
    contexts.status = plan_.status_for(index, std::move(results), cancelling_);
    const auto may_run = workflow::holds(job.condition, contexts);
    if (!may_run) {
        settle(first, Conclusion::failure, may_run.error().message);
    } else if (!*may_run && cancelling_) {
        settle(first, Conclusion::cancelled, cancel_reason_);
    } else if (!*may_run) {
        std::string reason = "its `if` is false";
        for (const auto need : needs) {
            if (nodes_[need].result == JobResult::success) continue;
            reason = fmt::format("needs `{}`, which ended as {}", order_.workflow->jobs[need].key,
                                 workflow::name_of(nodes_[need].result));
            break;
        }
        settle(first, Conclusion::skipped, std::move(reason));
    } else {
        expand(index);
    }
    return true;
}

void RunExecution::expand(std::size_t index) {
    auto& node = nodes_[index];
    const auto& job = order_.workflow->jobs[index];
    const auto contexts = planning_contexts(order_.facts, needs_of(index), job.key);
    const auto strategy = workflow::expand_strategy(job.strategy, contexts);
    if (!strategy) {
        settle(*node.instances.front(), Conclusion::failure, strategy.error().message);
        return;
    }
    node.max_parallel = std::max<std::size_t>(strategy->max_parallel, 1);
    node.fail_fast = strategy->fail_fast;
    for (std::size_t i = 0; i < strategy->combinations.size(); ++i) {
        const auto& combination = strategy->combinations[i];
        auto own = contexts;
        own.set("matrix", combination.matrix);
        own.set("strategy", workflow::strategy_context(*strategy, i));
        auto name = workflow::display_name(job, combination, own);
        const auto shown = name ? *name : job.key + combination.suffix;

        if (i > 0) {
            auto more = node.instances.front()->job->snapshot();
            more.name = shown;
            try {
                more.id = workshop_.records.add_job(id_, attempt_, more);
            } catch (const store::DatabaseFailure& failure) {
                // Without a number of its own a job has no log.
                settle(*node.instances.front(), Conclusion::failure, "the server's records can't be written");
                return;
            }
            add_instance(index, std::move(more));
        }
        auto& instance = *node.instances[i];
        instance.combination = combination;
        instance.strategy = workflow::strategy_context(*strategy, i);
        if (!name) {
            settle(instance, Conclusion::failure, name.error().message);
            continue;
        }
        if (job.continue_on_error) {
            const auto goes_on = workflow::evaluate_boolean(*job.continue_on_error, own);
            if (!goes_on) {
                settle(instance, Conclusion::failure, goes_on.error().message);
                continue;
            }
            instance.continue_on_error = *goes_on;
        }
        instance.job->describe(shown, {});
    }
}

void RunExecution::fill_slots(Node& node) {
    std::size_t taken = 0;
    for (const auto* instance : node.instances) {
        taken += instance->stage == Instance::Stage::queued || instance->stage == Instance::Stage::running ? 1U : 0U;
    }
    for (auto* instance : node.instances) {
        if (instance->stage != Instance::Stage::waiting || taken >= node.max_parallel) continue;
        instance->stage = Instance::Stage::queued;
        ++taken;
        workshop_.queue.add([self = shared_from_this(), instance] { self->work_on(*instance); });
    }
}

void RunExecution::close_node(Node& node) {
    node.over = true;
    std::vector<workflow::JobOutcome> outcomes;
    for (const auto* instance : node.instances) {
        outcomes.push_back(
            {.result = result_of(instance->conclusion), .continue_on_error = instance->continue_on_error});
    }
    node.result = workflow::combined(outcomes);
}

void RunExecution::settle(Instance& instance, Conclusion conclusion, std::string reason) {
    instance.stage = Instance::Stage::over;
    instance.conclusion = conclusion;
    instance.job->settle(conclusion, std::move(reason));
}

void RunExecution::react_to(Instance& failed) {
    auto& node = nodes_[failed.node];
    if (result_of(failed.conclusion) != JobResult::failure || failed.continue_on_error || !node.fail_fast) return;
    const auto reason = fmt::format("`{}` failed, and `fail-fast` is on", failed.job->snapshot().name);
    for (auto* other : node.instances) {
        if (other->stage == Instance::Stage::over) continue;
        if (other->stage == Instance::Stage::running) {
            other->stop_reason = reason;
            other->stop.request_stop();
        } else {
            settle(*other, Conclusion::cancelled, reason);
        }
    }
}

}  // namespace flux::providers::local
