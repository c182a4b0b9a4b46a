#include "providers/local/run_execution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "providers/local/job_contexts.hpp"
#include "providers/local/site_search.hpp"
#include "workflow/condition.hpp"

namespace flux::providers::local {

namespace {

using builds::Conclusion;
using builds::Status;
using workflow::JobResult;

constexpr std::size_t most_notes = 50;

JobResult result_of(Conclusion conclusion) {
    switch (conclusion) {
    case Conclusion::success:
    case Conclusion::neutral: return JobResult::success;
    case Conclusion::skipped: return JobResult::skipped;
    case Conclusion::cancelled: return JobResult::cancelled;
    default: return JobResult::failure;
    }
}

std::string waiting_for(const std::vector<std::string>& needs) {
    return needs.empty() ? std::string{} : fmt::format("waits for {}", fmt::join(needs, ", "));
}

}  // namespace

RunExecution::RunExecution(Workshop workshop, AttemptOrder order, std::shared_ptr<builds::RunWatch> watch,
                           std::function<void()> on_over)
    : workshop_{workshop},
      order_{std::move(order)},
      plan_{*order_.workflow},
      watch_{std::move(watch)},
      on_over_{std::move(on_over)},
      run_{order_.record.run},
      nodes_(order_.workflow->jobs.size()),
      version_{order_.record.run.version} {
    run_.jobs.clear();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const auto& carried = order_.carried[i];
        for (const auto& job : order_.record.run.jobs) {
            if (job.key != order_.workflow->jobs[i].key) continue;
            auto& instance = add_instance(i, job);
            if (!carried) continue;
            instance.stage = Instance::Stage::over;
            instance.conclusion = job.conclusion.value_or(Conclusion::success);
            instance.site = carried->site;
        }
        if (carried) {
            nodes_[i].expanded = nodes_[i].over = true;
            nodes_[i].result = carried->result;
            nodes_[i].outputs = carried->outputs;
        }
    }
}

RunExecution::Instance& RunExecution::add_instance(std::size_t node, builds::Job job) {
    auto& instance = instances_.emplace_back();
    instance.node = node;
    instance.job = std::make_unique<LiveJob>(
        std::move(job), workshop_.records, workshop_.clock, [this] { touch(); },
        [this](const std::string& text) { add_note(text); });
    nodes_[node].instances.push_back(&instance);
    return instance;
}

void RunExecution::start() {
    {
        const std::scoped_lock lock{mutex_};
        if (run_.status == Status::pending) {
            run_.status = Status::queued;
            run_.reason.clear();
            save_attempt();
        }
        advance();
    }
    finish_if_over();
}

void RunExecution::hold() {
    const std::scoped_lock lock{mutex_};
    if (run_.status != Status::queued) return;
    run_.status = Status::pending;
    run_.reason = "waits for another run of its concurrency group";
    save_attempt();
}

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
                more.id = workshop_.records.add_job(run_.id, run_.attempt, more);
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

JobOrder RunExecution::order_for(const Instance& instance) const {
    const auto job = instance.job->snapshot();
    const auto work = workshop_.folders.work(run_.id, run_.attempt) / std::to_string(job.id);
    JobOrder order;
    order.run = order_.facts;
    order.workflow = order_.workflow.get();
    order.job = &order_.workflow->jobs[instance.node];
    order.job_id = job.id;
    order.display_name = job.name;
    order.matrix = instance.combination.matrix;
    order.strategy = instance.strategy;
    order.needs = needs_of(instance.node);
    order.directories = {.workspace = work / "workspace",
                         .temp = work / "temp",
                         .home = work / "home",
                         .artifacts = workshop_.folders.artifacts(run_.id, run_.attempt),
                         .staging = workshop_.folders.sites(run_.id, run_.attempt) / std::to_string(job.id),
                         .tools = workshop_.options.tools};
    order.default_timeout = workshop_.options.job_timeout;
    order.step_log_bytes = workshop_.options.step_log_bytes;
    order.strict_tools = workshop_.options.strict_tools;
    return order;
}

void RunExecution::work_on(Instance& instance) {
    JobOrder order;
    {
        const std::scoped_lock lock{mutex_};
        if (instance.stage != Instance::Stage::queued) return;
        instance.stage = Instance::Stage::running;
        order = order_for(instance);
        if (run_.status != Status::in_progress) {
            run_.status = Status::in_progress;
            run_.reason.clear();
            run_.started_at = workshop_.clock.wall_now();
            run_.preview.state = builds::PreviewState::building;
            save_attempt();
        }
    }
    auto outcome = run_or_explain(instance, order);
    look_for_site(instance, outcome, order);
    if (!outcome.site && !outcome.environment_url.empty()) {
        add_note(fmt::format("Job `{}` says that its page is at {}", order.display_name, outcome.environment_url));
    }
    remove_tree(order.directories.workspace.parent_path());
    {
        const std::scoped_lock lock{mutex_};
        if (outcome.conclusion != Conclusion::success && outcome.reason.empty()) outcome.reason = instance.stop_reason;
        instance.conclusion = outcome.conclusion;
        instance.stage = Instance::Stage::over;
        if (!outcome.outputs.empty()) nodes_[instance.node].outputs = outcome.outputs;
    }
    JobRemains remains{.log_job = order.job_id, .log_attempt = run_.attempt, .outputs = outcome.outputs, .site = {}};
    if (instance.site) {
        remains.site = instance.site->lexically_relative(workshop_.folders.run(run_.id)).string();
    }
    try {
        workshop_.records.save_remains(order.job_id, remains);
    } catch (const store::DatabaseFailure&) {
        add_note("The outputs of a job couldn't be recorded: a later attempt won't see them.");
    }
    instance.job->end(outcome.conclusion, outcome.reason);
    {
        const std::scoped_lock lock{mutex_};
        react_to(instance);
        advance();
    }
    finish_if_over();
}

JobOutcome RunExecution::run_or_explain(Instance& instance, const JobOrder& order) {
    const auto failed = [](Conclusion conclusion, std::string reason) {
        JobOutcome outcome;
        outcome.conclusion = conclusion;
        outcome.reason = std::move(reason);
        return outcome;
    };
    try {
        instance.job->begin(workshop_.folders.log(run_.id, run_.attempt, order.job_id));
        return run_job(order, *instance.job, instance.stop.get_token(), workshop_.sandbox);
    } catch (const Abandoned&) {
        instance.job->remark("##[error]The job was interrupted: the server stopped.");
        return failed(Conclusion::cancelled, "interrupted");
    } catch (const std::system_error& error) {
        return failed(Conclusion::failure, fmt::format("the job's log can't be written: {}", error.what()));
    } catch (const std::exception& error) {
        return failed(Conclusion::failure, fmt::format("the server failed while it ran the job: {}", error.what()));
    }
}

void RunExecution::look_for_site(Instance& instance, const JobOutcome& outcome, const JobOrder& order) {
    if (outcome.conclusion != Conclusion::success) return;
    if (outcome.site) {
        const std::scoped_lock lock{mutex_};
        instance.site = outcome.site;
        return;
    }
    const auto started = instance.job->snapshot().started_at.value_or(WallTime{});
    auto found = take_site(workshop_.repository, order_.facts.head_sha, order.directories.workspace,
                           order.directories.staging / "found", started);
    if (!found) return;
    const std::scoped_lock lock{mutex_};
    instance.found = std::move(found->folder);
    instance.found_name = std::move(found->name);
}

bool RunExecution::all_over() const {
    return std::ranges::all_of(nodes_, [](const Node& node) { return node.over; });
}

builds::Conclusion RunExecution::conclude() const {
    std::vector<workflow::JobOutcome> outcomes;
    bool timed_out = false;
    bool otherwise_failed = false;
    for (const auto& instance : instances_) {
        outcomes.push_back({.result = result_of(instance.conclusion), .continue_on_error = instance.continue_on_error});
        if (instance.continue_on_error || outcomes.back().result != JobResult::failure) continue;
        (instance.conclusion == Conclusion::timed_out ? timed_out : otherwise_failed) = true;
    }
    switch (workflow::combined(outcomes)) {
    case JobResult::success: return Conclusion::success;
    case JobResult::cancelled: return Conclusion::cancelled;
    case JobResult::skipped: return Conclusion::skipped;
    case JobResult::failure: break;
    }
    return timed_out && !otherwise_failed ? Conclusion::timed_out : Conclusion::failure;
}

std::string RunExecution::first_failure() const {
    for (const auto& instance : instances_) {
        if (instance.continue_on_error || result_of(instance.conclusion) != JobResult::failure) continue;
        const auto job = instance.job->snapshot();
        return fmt::format("job `{}` ended as {}{}{}", job.name, builds::name_of(instance.conclusion),
                           job.reason.empty() ? "" : ": ", job.reason);
    }
    return {};
}

void RunExecution::finish_if_over() {
    Conclusion conclusion{};
    std::string reason;
    {
        const std::scoped_lock lock{mutex_};
        if (finishing_ || !all_over()) return;
        finishing_ = true;
        conclusion = conclude();
        if (conclusion == Conclusion::cancelled) {
            reason = cancel_reason_;
            for (const auto& instance : instances_) {
                if (!reason.empty()) break;
                if (instance.conclusion == Conclusion::cancelled) reason = instance.job->snapshot().reason;
            }
        } else if (conclusion != Conclusion::success && conclusion != Conclusion::skipped) {
            reason = first_failure();
        }
    }
    complete(conclusion, reason, publish(conclusion));
    remove_tree(workshop_.folders.work(run_.id, run_.attempt));
    if (conclusion == Conclusion::success) {
        remove_tree(workshop_.folders.sites(run_.id, run_.attempt));
        remove_tree(workshop_.folders.artifacts(run_.id, run_.attempt));
    }
}

builds::Preview RunExecution::publish(Conclusion conclusion) {
    builds::Run run;
    std::vector<std::filesystem::path> deployed;
    std::vector<const Instance*> found;
    {
        const std::scoped_lock lock{mutex_};
        run = run_;
        for (const auto& instance : instances_) {
            if (instance.site) deployed.push_back(*instance.site);
            if (instance.found) found.push_back(&instance);
        }
    }
    auto preview = run.preview;
    preview.state = builds::PreviewState::failed;
    if (conclusion != Conclusion::success) {
        preview.reason = conclusion == Conclusion::cancelled ? "The run was cancelled."
                         : conclusion == Conclusion::skipped ? "Every job was skipped, so nothing was built."
                                                             : "The run failed.";
        return preview;
    }
    if (!deployed.empty()) return workshop_.publisher.publish(run, order_.record.site_id, deployed.back());
    if (found.size() == 1) {
        add_note(
            fmt::format("No step deployed a page, so the folder `{}` is shown. Say it in the workflow: "
                        "actions/upload-pages-artifact with `path: {}`, then actions/deploy-pages.",
                        found.front()->found_name, found.front()->found_name));
        return workshop_.publisher.publish(run, order_.record.site_id, *found.front()->found);
    }
    preview.reason =
        found.empty()
            ? "The run succeeded but published nothing. Add to its workflow a step `uses: "
              "actions/upload-pages-artifact@v3` with `path:` of the built folder, and `uses: actions/deploy-pages@v4`."
            : "Several jobs made something that looks like a site. Say which: `uses: actions/upload-pages-artifact@v3` "
              "with its `path:`, then `uses: actions/deploy-pages@v4`.";
    return preview;
}

void RunExecution::complete(Conclusion conclusion, std::string reason, builds::Preview preview) {
    bool saved = false;
    {
        const std::scoped_lock lock{mutex_};
        if (run_.status == Status::completed) {
            // It was given up while it published: what nobody is told of must not be the branch's newest.
            std::ignore = workshop_.publisher.sites().remove(order_.record.site_id);
            return;
        }
        run_.status = Status::completed;
        run_.conclusion = conclusion;
        run_.reason = std::move(reason);
        run_.preview = std::move(preview);
        run_.completed_at = workshop_.clock.wall_now();
        saved = save_attempt();
    }
    watch_->log.bump();
    if (saved) on_over_();
}

bool RunExecution::save_attempt() {
    run_.updated_at = workshop_.clock.wall_now();
    run_.version = ++version_;
    try {
        workshop_.records.save_attempt(run_);
        unsaved_ = false;
    } catch (const store::DatabaseFailure&) {
        unsaved_ = true;
    }
    watch_->state.bump();
    return !unsaved_;
}

void RunExecution::touch() {
    ++version_;
    watch_->state.bump();
}

void RunExecution::add_note(const std::string& text) {
    const std::scoped_lock lock{mutex_};
    if (run_.notes.size() >= most_notes || std::ranges::find(run_.notes, text) != run_.notes.end()) return;
    run_.notes.push_back(text);
    save_attempt();
}

builds::Run RunExecution::snapshot() {
    builds::Run run;
    {
        const std::scoped_lock lock{mutex_};
        run = run_;
        run.version = version_;
        for (auto& instance : instances_) {
            instance.job->flush_log();
            auto job = instance.job->snapshot();
            if (instance.stage == Instance::Stage::waiting) {
                job.reason = nodes_[instance.node].expanded ? "waits for `max-parallel`" : waiting_for(job.needs);
            } else if (instance.stage == Instance::Stage::queued) {
                job.reason = fmt::format("waits for one of {} runners", workshop_.options.jobs_at_once);
            }
            run.jobs.push_back(std::move(job));
        }
    }
    workshop_.publisher.complete(run.preview, order_.record.site_id);
    return run;
}

std::optional<builds::Job> RunExecution::find_job(std::int64_t id) {
    const std::scoped_lock lock{mutex_};
    for (auto& instance : instances_) {
        if (instance.job->id() != id) continue;
        instance.job->flush_log();
        return instance.job->snapshot();
    }
    return {};
}

bool RunExecution::cancel(const std::string& reason) {
    {
        const std::scoped_lock lock{mutex_};
        if (cancelling_ || finishing_) return false;
        cancelling_ = true;
        cancel_reason_ = reason;
        for (auto& instance : instances_) {
            if (instance.stage == Instance::Stage::over) continue;
            instance.stop_reason = reason;
            instance.stop.request_stop();
            // A job that waits for its turn is one that may not start any more, unless it is there for cancellations.
            const bool has_turn = nodes_[instance.node].expanded && instance.stage != Instance::Stage::running;
            if (!has_turn) continue;
            settle(instance, Conclusion::cancelled, reason);
        }
        touch();
        advance();
    }
    finish_if_over();
    return true;
}

void RunExecution::interrupt() {
    {
        const std::scoped_lock lock{mutex_};
        interrupted_ = true;
        for (auto& instance : instances_) {
            instance.job->abandon();
            // A run that is being cancelled may have started jobs that are there for cancellations.
            if (cancelling_) instance.stop.request_stop();
        }
    }
    cancel("interrupted");
}

void RunExecution::record_as_interrupted() {
    {
        const std::scoped_lock lock{mutex_};
        finishing_ = true;
        for (auto& instance : instances_) {
            if (instance.stage != Instance::Stage::over) settle(instance, Conclusion::cancelled, "interrupted");
        }
    }
    auto preview = order_.record.run.preview;
    preview.state = builds::PreviewState::failed;
    preview.reason = "The run was interrupted: the server stopped.";
    complete(Conclusion::cancelled, "interrupted", std::move(preview));
}

void RunExecution::tick() {
    bool lines = false;
    bool settled = false;
    {
        const std::scoped_lock lock{mutex_};
        for (auto& instance : instances_) {
            lines = instance.job->flush_log() || lines;
            instance.job->save_again();
        }
        if (unsaved_) settled = save_attempt() && run_.status == Status::completed;
    }
    if (lines) watch_->log.bump();
    if (settled) on_over_();
}

}  // namespace flux::providers::local
