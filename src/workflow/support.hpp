#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "workflow/diagnostic.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

/// What `uses` refers to.
struct ActionReference {
    enum class Kind {
        local,   ///< `./path`: in the workspace
        native,  ///< an action that the embedded runner does itself
        remote,  ///< `owner/name@ref`: would need the network
        docker,  ///< `docker://image`
        invalid,
    };

    Kind kind = Kind::invalid;
    std::string name;  ///< `actions/checkout` in lower case, or the path without `./`
    std::string ref;   ///< behind the `@`; empty for a local one
};

/// Understands the text of a step's `uses`.
ActionReference action_reference(std::string_view uses);

struct Support {
    Diagnostics refusals;  ///< none: the embedded runner can run it
    Diagnostics notes;     ///< what will be otherwise than on GitHub
};

/// Why this machine can't be the runner that `runs_on` (evaluated) asks for; nothing if it can.
std::optional<Diagnostic> runs_on_problem(const Value& runs_on, Place place);

inline constexpr std::size_t max_refusals = 10;

/// What the embedded runner can't run of `workflow`, each with its place, the construct and the cure. Asked before
/// anything starts. A `runs-on` that only the run can tell is left to runs_on_problem().
Support check_support(const Workflow& workflow);

}  // namespace flux::workflow
