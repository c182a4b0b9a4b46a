#include "workflow/action.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/field_reader.hpp"
#include "workflow/yaml_tree.hpp"

namespace flux::workflow {

namespace {

std::vector<Action::Input> read_inputs(FieldReader& reader, const YamlNode& root) {
    std::vector<Action::Input> inputs;
    const auto* node = root.find("inputs");
    if (node == nullptr || node->kind == YamlNode::Kind::null || !reader.is_mapping(*node, "`inputs`")) return inputs;
    for (const auto& [name, place, value] : node->members) {
        Action::Input input;
        input.name = name;
        input.place = place;
        if (value.kind != YamlNode::Kind::null &&
            reader.is_mapping(value, fmt::format("The input `{}`", shortened(name, 60)))) {
            if (const auto* given = value.find("default"))
                input.default_value =
                    reader.field(*given, "`default`", Where::action_default, FieldReader::Expected::text, true);
            const auto* required = value.find("required");
            input.required = required != nullptr && ascii_lower(required->text) == "true";
        }
        inputs.push_back(std::move(input));
    }
    return inputs;
}

std::vector<Entry> read_outputs(FieldReader& reader, const YamlNode& root) {
    std::vector<Entry> outputs;
    const auto* node = root.find("outputs");
    if (node == nullptr || node->kind == YamlNode::Kind::null || !reader.is_mapping(*node, "`outputs`")) return outputs;
    for (const auto& [name, place, value] : node->members) {
        const auto* given = value.find("value");
        if (given == nullptr) {
            reader.refuse(place, fmt::format("The output `{}` has no `value`.", shortened(name, 60)),
                          "A composite action says what each output is: `value: ${{ steps.ID.outputs.NAME }}`.");
            continue;
        }
        auto field = reader.field(*given, "`value`", Where::action_output, FieldReader::Expected::text, true);
        if (field) outputs.push_back({name, place, *std::move(field)});
    }
    return outputs;
}

void read_runs(FieldReader& reader, const YamlNode& root, Action& action) {
    const auto* runs = root.find("runs");
    if (runs == nullptr)
        return reader.refuse(root.place, "The action has no `runs`.", "Say how it runs: `using: composite`.");
    if (!reader.is_mapping(*runs, "`runs`")) return;
    const auto kind = reader.name(*runs, "using");
    if (!kind) {
        if (runs->find("using") == nullptr) reader.refuse(runs->place, "`runs` needs `using`.");
        return;
    }
    action.runtime = kind->text;
    action.runs_place = kind->place;
    const auto lower = ascii_lower(kind->text);
    if (lower == "composite") {
        action.kind = Action::Using::composite;
        reader.only(*runs, "`runs` of a composite action", {"using", "steps"});
        action.outputs = read_outputs(reader, root);
        if (const auto* steps = runs->find("steps")) {
            action.steps = read_steps(reader, *steps, true);
        } else {
            reader.refuse(runs->place, "A composite action needs `steps`.");
        }
    } else if (lower.starts_with("node")) {
        action.kind = Action::Using::node;
        if (const auto main = reader.name(*runs, "main")) action.main = main->text;
    } else if (lower == "docker") {
        action.kind = Action::Using::docker;
    } else {
        reader.refuse(kind->place, fmt::format("An action can't run `using: {}`.", shortened(kind->text, 60)),
                      "Possible are: composite, node20, node24, docker.");
    }
}

}  // namespace

tl::expected<Action, Diagnostics> read_action(std::string_view text, std::string file_name) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto root = read_yaml(text);
    if (!root) return tl::unexpected{Diagnostics{root.error()}};
    FieldReader reader{text};
    Action action;
    action.file_name = std::move(file_name);
    if (reader.is_mapping(*root, "An action")) {
        if (const auto name = reader.name(*root, "name")) action.name = name->text;
        action.inputs = read_inputs(reader, *root);
        read_runs(reader, *root, action);
    }
    if (!reader.diagnostics().empty()) return tl::unexpected{reader.diagnostics()};
    return action;
}

}  // namespace flux::workflow
