#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "workflow/diagnostic.hpp"
#include "workflow/workflow.hpp"

namespace flux::workflow {

/// An `action.yml`, read and checked.
struct Action {
    enum class Using { composite, node, docker };

    struct Input {
        std::string name;
        Place place;
        std::optional<Field> default_value;  ///< may hold expressions over `github`
        bool required = false;
    };

    std::string file_name;
    std::string name;
    std::vector<Input> inputs;
    std::vector<Entry> outputs;  ///< with the expression of their `value`; only of a composite action
    Using kind = Using::composite;
    std::string runtime;      ///< `runs.using` as it is written: `composite`, `node20`, `docker`
    Place runs_place;         ///< of `runs.using`, for a refusal
    std::string main;         ///< of a node action
    std::vector<Step> steps;  ///< of a composite action; each `run` has its `shell`
};

/// As read_workflow(), for an action's metadata file.
tl::expected<Action, Diagnostics> read_action(std::string_view text, std::string file_name);

}  // namespace flux::workflow
