#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "workflow/value.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

inline constexpr std::size_t max_matrix_jobs = 256;

/// One job that a matrix makes.
struct Combination {
    Value matrix;        ///< the `matrix` context: an object, or null without a matrix
    std::string suffix;  ///< for the display name, ` (20, linux)`; empty without a matrix
};

/// Expands an evaluated `strategy.matrix`: vectors, `include`, `exclude`, as GitHub does.
Result<std::vector<Combination>> expand_matrix(const Value& matrix);

/// What a job's `strategy` comes to at run time.
struct ExpandedStrategy {
    std::vector<Combination> combinations;  ///< at least one
    bool fail_fast = true;
    std::size_t max_parallel = max_matrix_jobs;
};

/// Evaluates the strategy (one plain combination where the job has none). Names the line and column when it fails.
Result<ExpandedStrategy> expand_strategy(const std::optional<Strategy>& strategy, const Contexts& contexts);

/// The `strategy` context of one combination.
Value strategy_context(const ExpandedStrategy& strategy, std::size_t index);

/// `key`, or the evaluated `name:`, with the matrix values behind it where the name has no expression, at most 100
/// characters.
Result<std::string> display_name(const Job& job, const Combination& combination, const Contexts& contexts);

}  // namespace flux::workflow
