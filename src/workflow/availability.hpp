#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workflow/expression.hpp"

namespace flux::workflow {

/// The places of a file that may hold expressions.
enum class Where : std::uint8_t {
    nowhere,
    run_name,
    workflow_env,
    workflow_concurrency,
    job_if,
    job_name,
    strategy,
    runs_on,
    job_env,
    job_setting,  ///< continue-on-error, timeout-minutes, concurrency, environment name, defaults
    job_defaults,
    environment_url,
    job_output,
    step_if,
    step,
    action_default,
    action_output,
};

/// What is wrong with `expression` standing at `where`: a context or function that isn't there, with what is; nothing
/// if all is well.
std::optional<ExpressionError> misplaced(const Expression& expression, Where where);

}  // namespace flux::workflow
