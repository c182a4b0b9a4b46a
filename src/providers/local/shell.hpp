#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace flux::providers::local {

/// How a script of one `shell:` is run.
struct Shell {
    std::vector<std::string> command;  ///< program and arguments; `{0}` stands for the script's file
    std::string extension;             ///< of that file, with its dot
    std::string before;                ///< put in front of the script
    std::string after;                 ///< put behind it

    /// The command with `script` in place of `{0}`.
    std::vector<std::string> command_for(const std::string& script) const;
};

/// `name` as a workflow says it; empty is the default, bash or, without one, sh. `path_variable` is the step's PATH.
/// `invalid_argument` names the valid forms.
Result<Shell> resolve_shell(std::string_view name, const std::string& path_variable);

}  // namespace flux::providers::local
