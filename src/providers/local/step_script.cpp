#include <fmt/format.h>

#include <filesystem>

#include "base/id.hpp"
#include "base/text.hpp"
#include "providers/local/command_files.hpp"
#include "providers/local/job_run.hpp"
#include "providers/local/shell.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

/// The nearest of the step's, the job's and the workflow's.
Result<std::string> setting(const StepCall& call, std::optional<workflow::Field> workflow::Step::* own,
                            std::optional<workflow::Field> workflow::RunDefaults::* shared) {
    const workflow::Field* field = nullptr;
    if (call.step.*own)
        field = &*(call.step.*own);
    else if (call.scope.job_defaults != nullptr && call.scope.job_defaults->*shared)
        field = &*(call.scope.job_defaults->*shared);
    else if (call.scope.workflow_defaults != nullptr && call.scope.workflow_defaults->*shared)
        field = &*(call.scope.workflow_defaults->*shared);
    if (field == nullptr) return std::string{};
    return workflow::evaluate_text(*field, call.contexts);
}

void write_head(StepLog& log, const std::string& script, const std::string& shell, const Environment& env) {
    const auto text = trimmed(script);
    log.begin_group(fmt::format("Run {}", trimmed(text.substr(0, text.find('\n')))));
    std::string_view body{script};
    while (body.ends_with('\n')) body.remove_suffix(1);
    log.write_coloured(body);
    log.write("shell: " + shell);
    write_environment(log, env);
    log.end_group();
}

}  // namespace

StepEnd run_script(JobRun& job, StepCall& call) {
    const auto failed = [&](const Error& error) {
        call.log.error(error.message);
        return StepEnd{builds::Conclusion::failure, {}};
    };
    const auto script = workflow::evaluate_text(*call.step.run, call.contexts);
    if (!script) return failed(script.error());
    const auto shell_name = setting(call, &workflow::Step::shell, &workflow::RunDefaults::shell);
    if (!shell_name) return failed(shell_name.error());
    const auto subdirectory =
        setting(call, &workflow::Step::working_directory, &workflow::RunDefaults::working_directory);
    if (!subdirectory) return failed(subdirectory.error());

    const auto path = job.path_variable(call.env);
    const auto shell = resolve_shell(*shell_name, path);
    if (!shell) return failed(shell.error());
    auto command = shell->command;
    const auto program = Cage::find_program(command.front(), path);
    if (!program.empty()) command.front() = program.string();
    std::string shown;
    for (const auto& word : command) shown += (shown.empty() ? "" : " ") + word;
    write_head(call.log, *script, shown, call.env);
    if (program.empty())
        return failed({Errc::not_found, fmt::format("{}: command not found", command.front()), {}, {}});

    const auto& directories = job.order().directories;
    auto working_directory = directories.workspace;
    if (!trimmed(*subdirectory).empty()) working_directory /= std::string{trimmed(*subdirectory)};
    working_directory = working_directory.lexically_normal();
    if (std::error_code ignored; working_directory.lexically_relative(directories.workspace).native().starts_with("..")
                                     ? false
                                     : !fs::is_directory(working_directory, ignored))
        return failed(
            {Errc::not_found,
             fmt::format("An error occurred trying to start process '{}' with working directory '{}'. No such "
                         "file or directory",
                         command.front(), working_directory.string()),
             {},
             {}});

    const auto file = directories.temp / (random_id() + shell->extension);
    auto text = shell->before + *script + shell->after;
    if (auto written = write_new_file(file, text, std::nullopt); !written) return failed(written.error());
    auto end = job.run_program(call, shell->command_for(file.string()), working_directory.string());
    std::error_code ignored;
    fs::remove(file, ignored);
    return end;
}

}  // namespace flux::providers::local
