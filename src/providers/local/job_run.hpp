#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logs/masks.hpp"
#include "logs/problem_matchers.hpp"
#include "providers/local/cage.hpp"
#include "providers/local/environment.hpp"
#include "providers/local/environment_file.hpp"
#include "providers/local/interruption.hpp"
#include "providers/local/job_execution.hpp"
#include "providers/local/program_run.hpp"
#include "providers/local/step_log.hpp"
#include "workflow/expression.hpp"
#include "workflow/workflow.hpp"

namespace flux::providers::local {

class CommandFiles;

/// Steps that see one another: those of the job, or of one composite action.
struct StepScope {
    workflow::Object steps;  ///< the `steps` context
    bool failed = false;     ///< a step failed for good
    workflow::Value inputs;  ///< the `inputs` context
    Environment env;         ///< of the step that called the composite action
    std::string action_path;
    std::string action_repository;
    const workflow::RunDefaults* job_defaults = nullptr;
    const workflow::RunDefaults* workflow_defaults = nullptr;
    int depth = 0;  ///< of composite actions
};

/// A step while it runs.
struct StepCall {
    const workflow::Step& step;
    StepScope& scope;
    StepLog& log;
    Environment env;              ///< as `env` shows it, with the step's own
    Environment own_env;          ///< what the step and the actions around it say themselves
    workflow::Contexts contexts;  ///< for its expressions
    ProgramLimits limits;
    std::string action_name;  ///< GITHUB_ACTION
};

/// How a step, or the action behind it, went.
struct StepEnd {
    builds::Conclusion outcome = builds::Conclusion::success;
    Assignments outputs;
};

/// One job while it runs: what its steps share. The pieces that run a step (script, composite and native actions) work
/// on this. Belongs to the job's thread.
class JobRun {
public:
    JobRun(const JobOrder& order, JobSink& sink, std::stop_token cancel, const Sandbox& sandbox);
    JobRun(const JobRun&) = delete;
    JobRun& operator=(const JobRun&) = delete;

    JobOutcome run();

    /// Runs one step of a scope to its end, with its `if`, its environment and its limits. Writes to `log`.
    builds::Conclusion run_step(const workflow::Step& step, StepScope& scope, StepLog& log);

    /// Runs a program with the step's environment and the files that it can tell things in, reads these, and gives what
    /// it told as outputs. `extra` goes on top of the environment.
    StepEnd run_program(StepCall& call, std::vector<std::string> command, const std::string& working_directory,
                        const Assignments& extra = {});
    /// The same for a small program of the runner's own: its environment is bare and it tells nothing.
    Result<ProgramEnd> run_bare(StepCall& call, std::vector<std::string> command, const std::string& working_directory,
                                const Assignments& environment);

    /// PATH as the next program sees it.
    std::string path_variable(const Environment& env) const;
    void add_path(const std::string& directory);
    void set_variable(std::string name, std::string value) { written_.set(std::move(name), std::move(value)); }
    /// What the step may see of `github`, `env`, `steps` and the others.
    workflow::Contexts contexts_for(const StepScope& scope, const Environment& env, const std::string& action_name);

    /// For the run's result, not for the log.
    void note(const std::string& text) { sink_.note(text); }

    const JobOrder& order() const { return order_; }
    Cage& cage() { return *cage_; }
    Interruption& interruption() { return interruption_; }
    logs::Masks& masks() { return masks_; }
    JobOutcome& outcome() { return outcome_; }
    bool is_cancelled() { return cancelled_ || interruption_.requested(); }

private:
    bool set_up(StepLog& log);
    void complete(StepLog& log);
    void show_summary(const Result<std::string>& summary, StepLog& log);
    void read_files(const CommandFiles& files, StepCall& call, StepEnd& end);
    Result<void> check_machine();
    Result<void> evaluate_job_environment();
    void evaluate_outputs(StepLog& log);
    std::string name_of(const workflow::Step& step, const workflow::Contexts& contexts) const;
    Assignments fixed_variables(const StepCall& call) const;
    Environment environment_for(const StepScope& scope) const;
    workflow::Contexts::Status status_for(const StepScope& scope);
    const char* job_status();
    std::string unique_action_name(const workflow::Step& step);

    const JobOrder& order_;
    JobSink& sink_;
    const Sandbox& sandbox_;
    Interruption interruption_;
    std::chrono::milliseconds time_limit_{};
    std::unique_ptr<Cage> cage_;
    logs::Masks masks_;
    logs::ProblemMatchers matchers_;
    JobOutcome outcome_;

    workflow::Contexts base_contexts_;  ///< what doesn't change during the job
    Environment workflow_and_job_env_;
    Environment written_;                   ///< to GITHUB_ENV
    std::vector<std::string> added_paths_;  ///< to GITHUB_PATH, the newest last
    StepScope scope_;
    bool cancelled_ = false;
    std::vector<std::string> action_names_;
    std::vector<std::string> planned_names_;
    std::optional<std::chrono::steady_clock::time_point> limit_of_caller_;  ///< deadline of the composite step around
    std::size_t output_bytes_ = 0;                                          ///< of all steps together
};

/// The lines `env:` and the variables, as a step's head shows them.
void write_environment(StepLog& log, const Environment& env);

/// Runs a `run:` step.
StepEnd run_script(JobRun& job, StepCall& call);
/// Runs a `uses:` step: a local action, or one that the runner does itself.
StepEnd run_action(JobRun& job, StepCall& call);

}  // namespace flux::providers::local
