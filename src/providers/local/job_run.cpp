#include "providers/local/job_run.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "base/text.hpp"
#include "providers/local/hash_files.hpp"
#include "providers/local/job_contexts.hpp"
#include "workflow/condition.hpp"
#include "workflow/support.hpp"
#include "workflow/template.hpp"
#include "workflow/value_json.hpp"

namespace flux::providers::local {
namespace {

using Clock = std::chrono::steady_clock;
using builds::Conclusion;

std::chrono::milliseconds minutes(double count) {
    // A year is as good as for ever, and no number overflows.
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::clamp(count, 0.0, 525'600.0) * 60'000.0)};
}

std::string architecture() {
    utsname machine{};
    ::uname(&machine);
    const std::string_view name{machine.machine};
    if (name == "aarch64") return "ARM64";
    if (name == "x86_64") return "X64";
    return name.starts_with("arm") ? "ARM" : "X86";
}

std::string first_line(std::string_view text) {
    text = trimmed(text);
    return std::string{trimmed(text.substr(0, text.find('\n')))};
}

std::chrono::steady_clock::time_point deadline_of(const JobOrder& order) {
    return Clock::now() + order.default_timeout;
}

}  // namespace

JobRun::JobRun(const JobOrder& order, JobSink& sink, std::stop_token cancel, const Sandbox& sandbox)
    : order_{order}, sink_{sink}, sandbox_{sandbox}, interruption_{std::move(cancel), deadline_of(order)} {
    outcome_.isolation = sandbox.level();
    time_limit_ = order.default_timeout;
    for (const auto& [name, secret] : order.run.secrets) masks_.add(secret.reveal());

    base_contexts_ = planning_contexts(order.run, order.needs, order.job->key);
    base_contexts_.set("matrix", order.matrix);
    base_contexts_.set("strategy", order.strategy);
    workflow::Object secrets;
    for (const auto& [name, secret] : order.run.secrets) secrets.set(name, secret.reveal());
    secrets.set("GITHUB_TOKEN", "");
    base_contexts_.set("secrets", std::move(secrets));
    workflow::Object runner;
    runner.set("os", "Linux");
    runner.set("arch", architecture());
    runner.set("name", "flux-local");
    runner.set("environment", "self-hosted");
    runner.set("temp", order.directories.temp.string());
    runner.set("tool_cache", order.directories.tools ? order.directories.tools->string() : "");
    runner.set("workspace", order.directories.workspace.parent_path().string());
    if (order.run.debug) runner.set("debug", "1");
    base_contexts_.set("runner", std::move(runner));

    scope_.inputs = order.run.inputs;
    scope_.job_defaults = &order.job->defaults;
    scope_.workflow_defaults = &order.workflow->defaults;
}

JobOutcome JobRun::run() {
    const auto& steps = order_.job->steps;
    std::vector<std::string> names{"Set up job"};
    for (const auto& step : steps) names.push_back(name_of(step, contexts_for(scope_, {}, {})));
    names.emplace_back("Complete job");
    planned_names_ = names;
    sink_.steps_planned(names);

    const StepLog::Shared shared{sink_, masks_, matchers_, order_.directories, order_.run.debug, order_.step_log_bytes};
    int number = 1;
    sink_.step_started(number);
    StepLog set_up_log{shared, number};
    const bool ready = set_up(set_up_log);
    set_up_log.finish();
    std::move(set_up_log.annotations().begin(), set_up_log.annotations().end(),
              std::back_inserter(outcome_.annotations));
    sink_.step_finished(number, ready ? Conclusion::success : Conclusion::failure);
    scope_.failed = !ready;

    for (const auto& step : steps) {
        ++number;
        if (!ready) {
            sink_.step_finished(number, Conclusion::skipped);
            continue;
        }
        StepLog log{shared, number};
        const auto conclusion = run_step(step, scope_, log);
        log.finish();
        std::move(log.annotations().begin(), log.annotations().end(), std::back_inserter(outcome_.annotations));
        sink_.step_finished(number, conclusion);
    }

    ++number;
    sink_.step_started(number);
    StepLog log{shared, number};
    complete(log);
    log.finish();
    std::move(log.annotations().begin(), log.annotations().end(), std::back_inserter(outcome_.annotations));
    sink_.step_finished(number, Conclusion::success);
    return std::move(outcome_);
}

bool JobRun::set_up(StepLog& log) {
    log.write("Current runner version: 'flux-local'");
    log.begin_group("Runner");
    log.write("Machine: Linux " + architecture());
    log.write(fmt::format("Sandbox: {}", sandbox_.level()));
    if (!sandbox_.detail().empty()) log.write(sandbox_.detail());
    if (!sandbox_.settings().network) log.write("Network: off");
    log.end_group();
    if (auto fits = check_machine(); !fits) {
        log.error(fits.error().message);
        outcome_.reason = fits.error().message;
        return false;
    }
    log.write("Prepare workflow directory");
    auto cage = Cage::open(sandbox_, order_.directories);
    if (!cage) {
        log.error(cage.error().message);
        outcome_.reason = cage.error().message;
        return false;
    }
    cage_ = std::move(*cage);
    if (auto evaluated = evaluate_job_environment(); !evaluated) {
        log.error(evaluated.error().message);
        outcome_.reason = evaluated.error().message;
        return false;
    }
    std::ofstream event{order_.directories.temp / "event.json"};
    event << workflow::to_json(base_contexts_.get("github")["event"]).value_or("{}");
    if (!event.flush()) {
        log.error("The event's file can't be written.");
        return false;
    }
    log.write(
        fmt::format("Complete job name: {}", order_.display_name.empty() ? order_.job->key : order_.display_name));
    return true;
}

Result<void> JobRun::check_machine() {
    if (!order_.job->runs_on) return {};
    const auto wanted = workflow::evaluate(*order_.job->runs_on, base_contexts_);
    if (!wanted) return fail(wanted.error());
    const auto problem = workflow::runs_on_problem(*wanted, order_.job->runs_on->place);
    if (!problem) return {};
    return fail(Errc::unsupported, workflow::to_line(*problem, order_.run.workflow_file));
}

Result<void> JobRun::evaluate_job_environment() {
    if (const auto& field = order_.job->timeout_minutes) {
        const auto count = workflow::evaluate_number(*field, base_contexts_);
        if (!count) return fail(count.error());
        time_limit_ = minutes(*count);
        interruption_.set_deadline(Clock::now() + time_limit_);
    }
    for (const auto* entries : {&order_.workflow->env, &order_.job->env}) {
        auto contexts = base_contexts_;
        contexts.set("env", workflow_and_job_env_.context());
        for (const auto& entry : *entries) {
            auto value = workflow::evaluate_text(entry.value, contexts);
            if (!value) return fail(std::move(value.error()));
            workflow_and_job_env_.set(entry.name, std::move(*value));
        }
    }
    return {};
}

std::string JobRun::name_of(const workflow::Step& step, const workflow::Contexts& contexts) const {
    std::string text;
    if (step.name) {
        const auto name = workflow::evaluate_text(step.name->value, contexts);
        if (name) text = trimmed(*name);
    } else if (step.uses) {
        text = "Run " + step.uses->text;
    } else if (step.run) {
        const auto script = workflow::evaluate_text(step.run->value, contexts);
        if (script) text = "Run " + first_line(*script);
    }
    if (text.empty())
        text = step.name ? step.name->value.source() : step.run ? "Run " + first_line(step.run->value.source()) : "Run";
    return shortened(masks_.apply(to_utf8(text)), 255);
}

Environment JobRun::environment_for(const StepScope& scope) const {
    Environment env = workflow_and_job_env_;
    env.set_all(written_.variables());
    env.set_all(scope.env.variables());
    return env;
}

const char* JobRun::job_status() {
    if (is_cancelled()) return "cancelled";
    return scope_.failed ? "failure" : "success";
}

workflow::Contexts::Status JobRun::status_for(const StepScope& scope) {
    return [this, &scope](workflow::StatusFunction function, const std::vector<std::string>&) {
        switch (function) {
        case workflow::StatusFunction::always: return true;
        case workflow::StatusFunction::cancelled: return is_cancelled();
        case workflow::StatusFunction::success: return !scope.failed && !is_cancelled();
        case workflow::StatusFunction::failure: return scope.failed && !is_cancelled();
        }
        return false;
    };
}

workflow::Contexts JobRun::contexts_for(const StepScope& scope, const Environment& env,
                                        const std::string& action_name) {
    auto contexts = base_contexts_;
    auto github = base_contexts_.get("github").object();
    github.set("workspace", order_.directories.workspace.string());
    github.set("event_path", (order_.directories.temp / "event.json").string());
    if (!action_name.empty()) github.set("action", action_name);
    if (!scope.action_path.empty()) {
        github.set("action_path", scope.action_path);
        github.set("action_status", scope.failed ? "failure" : "success");
    }
    contexts.set("github", std::move(github));
    contexts.set("env", env.context());
    contexts.set("steps", scope.steps);
    contexts.set("inputs", scope.inputs);
    workflow::Object job;
    job.set("status", job_status());
    job.set("check_run_id", static_cast<double>(order_.job_id));
    contexts.set("job", std::move(job));
    contexts.status = status_for(scope);
    contexts.hash_files = [this](const std::vector<std::string>& patterns) {
        return hash_files(order_.directories.workspace, patterns);
    };
    return contexts;
}

std::string JobRun::unique_action_name(const workflow::Step& step) {
    std::string name = step.id;
    if (name.empty()) {
        name = step.uses ? "__" + step.uses->text.substr(0, step.uses->text.find('@')) : "__run";
        for (auto& character : name)
            if (character == '/' || character == '.') character = '_';
    }
    const auto same = std::count(action_names_.begin(), action_names_.end(), name);
    action_names_.push_back(name);
    return same == 0 ? name : fmt::format("{}_{}", name, same + 1);
}

builds::Conclusion JobRun::run_step(const workflow::Step& step, StepScope& scope, StepLog& log) {
    const bool is_outer = scope.depth == 0;
    const auto action_name = unique_action_name(step);
    auto env = environment_for(scope);
    const auto outer_contexts = contexts_for(scope, env, action_name);
    Environment own_env = scope.env;
    std::optional<Error> problem;
    for (const auto& entry : step.env) {
        auto value = workflow::evaluate_text(entry.value, outer_contexts);
        if (!value) {
            problem = value.error();
            break;
        }
        own_env.set(entry.name, *value);
        env.set(entry.name, std::move(*value));
    }
    StepCall call{step, scope, log, std::move(env), std::move(own_env), {}, {}, action_name};
    call.contexts = contexts_for(scope, call.env, action_name);
    const auto condition_holds = [this, &call] {
        call.contexts.status = status_for(call.scope);
        return workflow::holds(call.step.condition, call.contexts);
    };
    const auto record = [&](Conclusion outcome, Conclusion conclusion, const Assignments& outputs) {
        if (step.id.empty()) return;
        workflow::Object values;
        for (const auto& [name, value] : outputs) values.set(name, value);
        workflow::Object one;
        one.set("outputs", std::move(values));
        one.set("outcome", builds::name_of(outcome));
        one.set("conclusion", builds::name_of(conclusion));
        scope.steps.set(step.id, std::move(one));
    };

    bool should_run = false;
    if (!problem) {
        const auto holds = condition_holds();
        if (!holds)
            problem = holds.error();
        else
            should_run = *holds;
    }
    if (interruption_.overdue()) should_run = false;
    if (!problem && !should_run) {
        record(Conclusion::skipped, Conclusion::skipped, {});
        return Conclusion::skipped;
    }

    if (is_outer) {
        sink_.step_started(log.step());
        if (auto name = name_of(step, call.contexts);
            name != planned_names_.at(static_cast<std::size_t>(log.step() - 1)))
            sink_.step_named(log.step(), name);
    }
    bool go_on = false;
    if (!problem && step.timeout_minutes) {
        const auto count = workflow::evaluate_number(*step.timeout_minutes, call.contexts);
        if (!count)
            problem = count.error();
        else
            call.limits.deadline = Clock::now() + minutes(*count);
    }
    if (!problem && step.continue_on_error) {
        const auto value = workflow::evaluate_boolean(*step.continue_on_error, call.contexts);
        if (!value)
            problem = value.error();
        else
            go_on = *value;
    }
    // An action's steps share its deadline.
    if (limit_of_caller_ && (!call.limits.deadline || *limit_of_caller_ < *call.limits.deadline))
        call.limits.deadline = limit_of_caller_;
    call.limits.interruption = &interruption_;
    call.limits.may_go_on = [&] { return condition_holds().value_or(false); };

    StepEnd end;
    if (problem) {
        log.error(problem->message);
        end.outcome = Conclusion::failure;
    } else {
        const auto outer_limit = std::exchange(limit_of_caller_, call.limits.deadline);
        end = step.run ? run_script(*this, call) : run_action(*this, call);
        limit_of_caller_ = outer_limit;
    }
    if (log.take_failure() && end.outcome == Conclusion::success) end.outcome = Conclusion::failure;

    const auto conclusion = end.outcome == Conclusion::failure && go_on ? Conclusion::success : end.outcome;
    if (conclusion == Conclusion::failure) scope.failed = true;
    if (end.outcome == Conclusion::cancelled) cancelled_ = true;
    record(end.outcome, conclusion, end.outputs);
    return conclusion;
}

std::string JobRun::path_variable(const Environment& env) const {
    std::string path;
    for (auto directory = added_paths_.rbegin(); directory != added_paths_.rend(); ++directory)
        path += *directory + ":";
    const auto* own = env.find("PATH");
    return path + (own != nullptr ? *own : cage_->base_path());
}

void JobRun::add_path(const std::string& directory) {
    std::erase(added_paths_, directory);
    added_paths_.push_back(directory);
}

void write_environment(StepLog& log, const Environment& env) {
    if (env.variables().empty()) return;
    log.write("env:");
    for (const auto& [name, value] : env.variables()) log.write(fmt::format("  {}: {}", name, value));
}

JobOutcome run_job(const JobOrder& order, JobSink& sink, std::stop_token cancel, const Sandbox& sandbox) {
    JobRun job{order, sink, std::move(cancel), sandbox};
    return job.run();
}

}  // namespace flux::providers::local
