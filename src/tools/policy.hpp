#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace flux::tools {

/// What the operator lets clients do. Lists are globs (`*` any text, `?` any character); an empty list allows all.
struct Policy {
    bool read_only = false;  ///< the four writing tools are not listed and not there
    std::vector<std::string> branches;
    std::vector<std::string> workflows;

    /// `forbidden` with reason `branch_not_allowed`, naming what is.
    Result<void> allows_branch(std::string_view branch) const;
    /// `forbidden` with reason `workflow_not_allowed`. An empty name is the configured workflow: allowed.
    Result<void> allows_workflow(std::string_view workflow) const;
};

/// Whether `text` as a whole fits `pattern`. Linear in time for each `*`.
bool fits_glob(std::string_view pattern, std::string_view text);

}  // namespace flux::tools
