#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "workflow/value.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

/// What a caller gives to a dispatch; the same type as builds::Inputs.
using GivenInputs = std::vector<std::pair<std::string, std::variant<std::string, double, bool>>>;

inline constexpr std::size_t max_dispatch_inputs = 25;
inline constexpr std::size_t max_dispatch_input_characters = 65'535;

/// The inputs of a run, checked and defaulted.
struct DispatchInputs {
    Value inputs;  ///< the `inputs` context: booleans and numbers are typed
    Value event;   ///< `github.event.inputs`: the same as text
};

/// Holds `given` against what the workflow declares. `invalid_argument` with reason `invalid_inputs` names every
/// mistake and the declared inputs.
Result<DispatchInputs> check_inputs(const Triggers& on, const GivenInputs& given);

}  // namespace flux::workflow
