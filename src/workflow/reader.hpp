#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "workflow/diagnostic.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

inline constexpr std::size_t max_workflow_bytes = 1024 * 1024;
inline constexpr std::size_t max_diagnostics = 10;

struct ReadWorkflow {
    Workflow workflow;
    Diagnostics notes;  ///< what the author may have meant otherwise
};

/// Reads a workflow file and checks all that can be checked without running it: YAML, keys, types, ids, needs,
/// expressions and the contexts that they may use. Otherwise up to max_diagnostics reasons, in the file's order.
///
/// `text` is hostile: it is at most max_workflow_bytes, 50 levels deep, and its aliases may not grow it much.
tl::expected<ReadWorkflow, Diagnostics> read_workflow(std::string_view text, std::string file_name);

}  // namespace flux::workflow
