#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/local/command_files.hpp"
#include "providers/local/job_run.hpp"

namespace flux::providers::local {
namespace {

using builds::Conclusion;

/// What the program's end means for its step, said in the log.
Conclusion judge(const ProgramEnd& end, StepLog& log) {
    switch (end.how) {
    case ProgramEnd::How::cancelled: log.error("The operation was canceled."); return Conclusion::cancelled;
    case ProgramEnd::How::timed_out:
        log.error("The step has timed out: its `timeout-minutes` are over.");
        return Conclusion::failure;
    case ProgramEnd::How::exited: break;
    }
    if (end.exit_code == 0) return Conclusion::success;
    log.error(fmt::format("Process completed with exit code {}.", end.exit_code));
    return Conclusion::failure;
}

}  // namespace

Assignments JobRun::fixed_variables(const StepCall& call) const {
    const auto& run = order_.run;
    const auto& directories = order_.directories;
    const auto ref = "refs/heads/" + run.branch;
    const auto path = ".github/workflows/" + run.workflow_file;
    Assignments variables{
        {"CI", "true"},
        {"FLUX_LOCAL", "true"},
        {"FLUX_PREVIEW_URL", run.preview_url},
        {"GITHUB_ACTIONS", "true"},
        {"GITHUB_ACTION", call.action_name},
        {"GITHUB_ACTION_PATH", call.scope.action_path},
        {"GITHUB_ACTION_REF", ""},
        {"GITHUB_ACTION_REPOSITORY", ""},
        {"GITHUB_ACTOR", run.actor},
        {"GITHUB_ACTOR_ID", "1"},
        {"GITHUB_API_URL", run.server_url + "/api/v3"},
        {"GITHUB_BASE_REF", ""},
        {"GITHUB_EVENT_NAME", "workflow_dispatch"},
        {"GITHUB_EVENT_PATH", (directories.temp / "event.json").string()},
        {"GITHUB_GRAPHQL_URL", run.server_url + "/api/graphql"},
        {"GITHUB_HEAD_REF", ""},
        {"GITHUB_JOB", order_.job->key},
        {"GITHUB_REF", ref},
        {"GITHUB_REF_NAME", run.branch},
        {"GITHUB_REF_PROTECTED", "false"},
        {"GITHUB_REF_TYPE", "branch"},
        {"GITHUB_REPOSITORY", run.repository},
        {"GITHUB_REPOSITORY_ID", "1"},
        {"GITHUB_REPOSITORY_OWNER", run.repository.substr(0, run.repository.find('/'))},
        {"GITHUB_REPOSITORY_OWNER_ID", "1"},
        {"GITHUB_RETENTION_DAYS", "90"},
        {"GITHUB_RUN_ATTEMPT", std::to_string(run.attempt)},
        {"GITHUB_RUN_ID", std::to_string(run.run_id)},
        {"GITHUB_RUN_NUMBER", std::to_string(run.run_number)},
        {"GITHUB_SERVER_URL", run.server_url},
        {"GITHUB_SHA", run.head_sha},
        {"GITHUB_TRIGGERING_ACTOR", run.actor},
        {"GITHUB_WORKFLOW", run.workflow_name.empty() ? path : run.workflow_name},
        {"GITHUB_WORKFLOW_REF", fmt::format("{}/{}@{}", run.repository, path, ref)},
        {"GITHUB_WORKFLOW_SHA", run.head_sha},
        {"GITHUB_WORKSPACE", directories.workspace.string()},
        {"RUNNER_ARCH", to_string(base_contexts_.get("runner")["arch"])},
        {"RUNNER_ENVIRONMENT", "self-hosted"},
        {"RUNNER_NAME", "flux-local"},
        {"RUNNER_OS", "Linux"},
        {"RUNNER_TEMP", directories.temp.string()},
        {"RUNNER_TOOL_CACHE", directories.tools ? directories.tools->string() : ""},
        {"RUNNER_WORKSPACE", directories.workspace.parent_path().string()},
    };
    if (run.debug) variables.emplace_back("RUNNER_DEBUG", "1");
    return variables;
}

StepEnd JobRun::run_program(StepCall& call, std::vector<std::string> command, const std::string& working_directory,
                            const Assignments& extra) {
    auto files = CommandFiles::make(order_.directories.temp, sandbox_.job_user());
    if (!files) {
        call.log.error(files.error().message);
        return {Conclusion::failure, {}};
    }
    Environment environment;
    environment.set_all({{"HOME", order_.directories.home.string()},
                         {"LANG", "C.UTF-8"},
                         {"SHELL", "/bin/bash"},
                         {"TMPDIR", cage_->temporary_directory()},
                         {"USER", "runner"}});
    environment.set_all(call.env.variables());
    environment.set_all(extra);
    environment.set_all(fixed_variables(call));
    environment.set_all(files->variables());
    environment.set("PATH", path_variable(call.env));

    Cage::Program program;
    program.arguments = std::move(command);
    program.working_directory = working_directory;
    for (const auto& variable : environment.variables()) {
        // Neither can reach a program: the kernel's strings end at a NUL, its names at the first `=`.
        if (variable.first.empty() || variable.first.find_first_of(std::string_view{"=\0", 2}) != std::string::npos)
            continue;
        program.environment.emplace_back(variable.first, variable.second.substr(0, variable.second.find('\0')));
    }
    auto ended = run_in_cage(*cage_, program, call.log, call.limits);
    if (!ended) {
        call.log.error(ended.error().message);
        return {Conclusion::failure, {}};
    }
    show_summary(files->summary(), call.log);
    StepEnd end{judge(*ended, call.log), call.log.take_outputs()};
    read_files(*files, call, end);
    return end;
}

void JobRun::show_summary(const Result<std::string>& summary, StepLog& log) {
    if (!summary) {
        // As on GitHub, the step is none the worse for it.
        log.error(summary.error().code == Errc::too_large
                      ? "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k."
                      : fmt::format("$GITHUB_STEP_SUMMARY can't be read: {}", summary.error().message));
        return;
    }
    if (trimmed(*summary).empty()) return;
    log.begin_group("Summary of this step");
    log.write(trimmed(*summary));
    log.end_group();
    sink_.note("Steps wrote summaries (GITHUB_STEP_SUMMARY): each stands at the end of its step's log.");
}

void JobRun::read_files(const CommandFiles& files, StepCall& call, StepEnd& end) {
    const auto refuse = [&](const char* file, const std::string& why) {
        call.log.error(fmt::format("Unable to process file command '{}' successfully: {}", file, why));
        if (end.outcome == Conclusion::success) end.outcome = Conclusion::failure;
    };
    const auto assignments = [&](const char* file, const Result<std::string>& text) -> Assignments {
        if (!text) {
            refuse(file, text.error().message);
            return {};
        }
        auto parsed = parse_assignments(*text);
        if (parsed) return std::move(*parsed);
        refuse(file, parsed.error().message);
        return {};
    };

    for (auto& [name, value] : assignments("env", files.environment())) {
        if (auto why = refusal_of_variable(name); !why.empty())
            refuse("env", why);
        else
            written_.set(name, std::move(value));
    }
    if (const auto paths = files.path(); paths)
        for (const auto& directory : parse_path_lines(*paths)) add_path(directory);
    else
        refuse("path", paths.error().message);
    for (auto& output : assignments("output", files.outputs())) {
        output_bytes_ += output.first.size() + output.second.size();
        if (output_bytes_ > max_step_outputs_bytes) {
            refuse("output", fmt::format("the job's steps have told more than {} bytes.", max_step_outputs_bytes));
            break;
        }
        end.outputs.push_back(std::move(output));
    }
}

Result<ProgramEnd> JobRun::run_bare(StepCall& call, std::vector<std::string> command,
                                    const std::string& working_directory, const Assignments& environment) {
    Cage::Program program;
    program.arguments = std::move(command);
    program.working_directory = working_directory;
    program.environment = {
        {"PATH", cage_->base_path()}, {"HOME", order_.directories.home.string()}, {"LANG", "C.UTF-8"}};
    program.environment.insert(program.environment.end(), environment.begin(), environment.end());
    return run_in_cage(*cage_, program, call.log, call.limits);
}

}  // namespace flux::providers::local
