#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/local/native_action.hpp"
#include "providers/local/workspace_files.hpp"
#include "workflow/action.hpp"
#include "workflow/support.hpp"

namespace flux::providers::local {
namespace {

using builds::Conclusion;

constexpr int max_depth = 9;
constexpr std::size_t max_action_bytes = 1024 * 1024;

void write_head(StepCall& call, const Assignments& with) {
    call.log.begin_group("Run " + call.step.uses->text);
    if (!with.empty()) {
        call.log.write("with:");
        for (const auto& [name, value] : with) call.log.write(fmt::format("  {}: {}", name, value));
    }
    write_environment(call.log, call.env);
    call.log.end_group();
}

/// What the action gets: the caller's values, and the defaults of those that it left out.
Result<Environment> inputs_of(const workflow::Action& action, const Assignments& with, StepCall& call) {
    Environment inputs;
    for (const auto& declared : action.inputs) {
        std::string value;
        const auto given = std::find_if(
            with.begin(), with.end(), [&](const auto& each) { return equal_ignoring_case(each.first, declared.name); });
        if (given != with.end()) {
            value = given->second;
        } else if (declared.default_value) {
            auto evaluated = workflow::evaluate_text(*declared.default_value, call.contexts);
            if (!evaluated) return fail(std::move(evaluated.error()));
            value = std::move(*evaluated);
        } else if (declared.required) {
            call.log.warning(fmt::format("Input required and not supplied: {}", declared.name));
        }
        inputs.set(declared.name, std::move(value));
    }
    for (const auto& given : with) {
        const bool declared = std::any_of(action.inputs.begin(), action.inputs.end(), [&given](const auto& each) {
            return equal_ignoring_case(each.name, given.first);
        });
        if (!declared) {
            call.log.warning(fmt::format("Unexpected input '{}': the action does not declare it.", given.first));
        }
    }
    return inputs;
}

StepEnd run_composite(JobRun& job, StepCall& call, const workflow::Action& action, const Environment& inputs,
                      const std::string& path) {
    if (call.scope.depth + 1 > max_depth)
        return failed_action(call, fmt::format("Actions are nested more than {} deep.", max_depth));
    StepScope scope;
    scope.inputs = inputs.context();
    scope.env = call.own_env;
    scope.action_path = path;
    scope.depth = call.scope.depth + 1;
    for (const auto& step : action.steps) job.run_step(step, scope, call.log);

    StepEnd end;
    const auto contexts = job.contexts_for(scope, call.env, call.action_name);
    for (const auto& output : action.outputs) {
        auto value = workflow::evaluate_text(output.value, contexts);
        if (!value) return failed_action(call, value.error().message);
        end.outputs.emplace_back(output.name, std::move(*value));
    }
    if (scope.failed) end.outcome = Conclusion::failure;
    // The job may go on being cancelled while this action's steps were allowed to end.
    if (job.is_cancelled() && !call.limits.may_go_on()) end.outcome = Conclusion::cancelled;
    return end;
}

StepEnd run_node(JobRun& job, StepCall& call, const workflow::Action& action, const Environment& inputs,
                 const std::string& path) {
    const auto node = Cage::find_program("node", job.path_variable(call.env));
    if (node.empty())
        return failed_action(call,
                             fmt::format("This action needs Node.js ({}), and there is no `node` on PATH. Install "
                                         "Node.js on this machine.",
                                         action.runtime));
    Assignments variables;
    for (const auto& [name, value] : inputs.variables()) {
        auto variable = "INPUT_" + name;
        for (auto& character : variable) {
            if (character == ' ') character = '_';
            if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
        }
        variables.emplace_back(std::move(variable), value);
    }
    const auto outer_path = std::exchange(call.scope.action_path, path);
    auto end = job.run_program(call, {node.string(), path + "/" + action.main},
                               job.order().directories.workspace.string(), variables);
    call.scope.action_path = outer_path;
    return end;
}

StepEnd run_local_action(JobRun& job, StepCall& call, const std::string& name, const Assignments& with) {
    const auto relative = workspace_path(job, name);
    if (!relative) return failed_action(call, relative.error().message);
    const auto& workspace = job.order().directories.workspace;
    const auto files = WorkspaceFiles::open(workspace);
    if (!files) return failed_action(call, files.error().message);
    const auto folder = relative->empty() ? std::string{} : *relative + "/";
    auto file = folder + "action.yml";
    auto text = files->read(file, max_action_bytes);
    if (!text) {
        file = folder + "action.yaml";
        text = files->read(file, max_action_bytes);
    }
    if (!text)
        return failed_action(call,
                             fmt::format("Can't find 'action.yml' or 'action.yaml' under '{}'. Did you forget to run "
                                         "actions/checkout before running your local action?",
                                         (workspace / *relative).string()));
    const auto action = workflow::read_action(*text, file);
    if (!action)
        return failed_action(call, workflow::to_error(action.error(), file, Errc::invalid_argument, {}).message);

    auto inputs = inputs_of(*action, with, call);
    if (!inputs) return failed_action(call, fmt::format("{}: {}", file, inputs.error().message));
    write_head(call, with);
    const auto path = (workspace / *relative).lexically_normal().string();
    switch (action->kind) {
    case workflow::Action::Using::composite: return run_composite(job, call, *action, *inputs, path);
    case workflow::Action::Using::node: return run_node(job, call, *action, *inputs, path);
    case workflow::Action::Using::docker: break;
    }
    return failed_action(call, fmt::format("{}:{}:{}: actions that run in Docker are not supported here. Make it a "
                                           "composite action.",
                                           file, action->runs_place.line, action->runs_place.column));
}

}  // namespace

StepEnd run_action(JobRun& job, StepCall& call) {
    Assignments with;
    for (const auto& entry : call.step.with) {
        auto value = workflow::evaluate_text(entry.value, call.contexts);
        if (!value) return failed_action(call, value.error().message);
        with.emplace_back(entry.name, std::move(*value));
    }
    const auto reference = workflow::action_reference(call.step.uses->text);
    switch (reference.kind) {
    case workflow::ActionReference::Kind::local: return run_local_action(job, call, reference.name, with);
    case workflow::ActionReference::Kind::native:
        if (const auto action = find_native_action(reference.name)) {
            write_head(call, with);
            call.log.debug(fmt::format("`{}` is done by the runner itself.", reference.name));
            return action(job, call, ActionInputs{with}, reference.ref);
        }
        break;
    case workflow::ActionReference::Kind::remote:
    case workflow::ActionReference::Kind::docker:
    case workflow::ActionReference::Kind::invalid: break;
    }
    return failed_action(call,
                         fmt::format("{}:{}: `{}` can't be run here: only local actions (`./path`) and the ones that "
                                     "the runner does itself.",
                                     call.step.uses->place.line, call.step.uses->place.column, call.step.uses->text));
}

}  // namespace flux::providers::local
