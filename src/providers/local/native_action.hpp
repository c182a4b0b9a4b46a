#pragma once

#include <string>
#include <string_view>

#include "providers/local/job_run.hpp"

namespace flux::providers::local {

/// The evaluated `with` of a step.
class ActionInputs {
public:
    explicit ActionInputs(Assignments values) : values_{std::move(values)} {}

    /// The input, or `otherwise` where it is absent or blank. Names in any case.
    std::string text(std::string_view name, std::string_view otherwise = {}) const;
    bool flag(std::string_view name, bool otherwise) const;
    const Assignments& values() const { return values_; }

private:
    Assignments values_;
};

/// An action that the runner does itself. `reference` is what stands behind the `@`.
using NativeAction = StepEnd (*)(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);

/// By `owner/name` in lower case; nullptr: there is none.
NativeAction find_native_action(std::string_view name);

StepEnd run_checkout(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_upload_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_download_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_configure_pages(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_upload_pages_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_deploy_pages(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_setup_node(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);
StepEnd run_setup_python(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference);

/// Says why in the log.
StepEnd failed_action(StepCall& call, std::string_view message);

/// The path of an input, made relative to the workspace: no `..` leads out of it. `invalid_argument` otherwise.
Result<std::string> workspace_path(const JobRun& job, std::string_view path);

}  // namespace flux::providers::local
