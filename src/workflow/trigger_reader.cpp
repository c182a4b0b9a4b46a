#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/field_reader.hpp"

namespace flux::workflow {

namespace {

using Type = InputDeclaration::Type;

constexpr std::array<std::pair<std::string_view, Type>, 5> types{{{"string", Type::string},
                                                                  {"boolean", Type::boolean},
                                                                  {"number", Type::number},
                                                                  {"choice", Type::choice},
                                                                  {"environment", Type::environment}}};

const std::vector<std::string>& event_names() {
    static const std::vector<std::string> names{"branch_protection_rule",
                                                "check_run",
                                                "check_suite",
                                                "create",
                                                "delete",
                                                "deployment",
                                                "deployment_status",
                                                "discussion",
                                                "discussion_comment",
                                                "fork",
                                                "gollum",
                                                "image_version",
                                                "issue_comment",
                                                "issues",
                                                "label",
                                                "merge_group",
                                                "milestone",
                                                "page_build",
                                                "project",
                                                "project_card",
                                                "project_column",
                                                "public",
                                                "pull_request",
                                                "pull_request_comment",
                                                "pull_request_review",
                                                "pull_request_review_comment",
                                                "pull_request_target",
                                                "push",
                                                "registry_package",
                                                "release",
                                                "repository_dispatch",
                                                "schedule",
                                                "status",
                                                "watch",
                                                "workflow_call",
                                                "workflow_dispatch",
                                                "workflow_run"};
    return names;
}

void read_options(FieldReader& reader, const YamlNode& node, InputDeclaration& input) {
    const auto* options = node.find("options");
    if (options == nullptr) {
        if (input.type == Type::choice) {
            reader.refuse(input.place, fmt::format("The input `{}` is a choice without `options`.", input.name),
                          "List the values under `options`.");
        }
        return;
    }
    if (!reader.is_sequence(*options, "`options`")) return;
    for (const auto& option : options->items) {
        if (reader.is_text(option, "An option")) input.options.push_back(to_string(scalar_value(option)));
    }
}

void read_default(FieldReader& reader, const YamlNode& node, InputDeclaration& input) {
    const auto* given = node.find("default");
    if (given == nullptr || given->kind == YamlNode::Kind::null || !reader.is_text(*given, "`default`")) return;
    const auto value = scalar_value(*given);
    const auto refuse = [&](std::string_view expected) {
        reader.refuse(given->place, fmt::format("The default of the input `{}` has to be {}, not `{}`.", input.name,
                                                expected, shortened(given->text, 100)));
    };
    switch (input.type) {
    case Type::boolean:
        if (value.kind() != Value::Kind::boolean) return refuse("true or false");
        input.default_value = value;
        return;
    case Type::number:
        if (value.kind() != Value::Kind::number) return refuse("a number");
        input.default_value = value;
        return;
    case Type::choice:
        if (std::ranges::find(input.options, to_string(value)) == input.options.end())
            return refuse("one of its options");
        input.default_value = Value{to_string(value)};
        return;
    case Type::string:
    case Type::environment: input.default_value = Value{to_string(value)}; return;
    }
}

InputDeclaration read_input(FieldReader& reader, const YamlNode::Member& member) {
    InputDeclaration input;
    input.name = member.name;
    input.place = member.place;
    reader.check_id(member.name, member.place, "an input");
    const auto& node = member.value;
    if (node.kind == YamlNode::Kind::null || !reader.is_mapping(node, fmt::format("The input `{}`", member.name)))
        return input;
    reader.only(node, "An input", {"description", "required", "default", "type", "options", "deprecationMessage"});
    if (const auto type = reader.name(node, "type")) {
        const auto found = std::ranges::find(types, type->text, &std::pair<std::string_view, Type>::first);
        if (found == types.end()) {
            reader.refuse(type->place, fmt::format("`{}` is no type of an input.", shortened(type->text, 60)),
                          "The types are: string, boolean, number, choice, environment.");
        } else {
            input.type = found->second;
        }
    }
    if (const auto* text = node.find("description"); text != nullptr && text->kind != YamlNode::Kind::null) {
        if (reader.is_text(*text, "`description`")) input.description = text->text;
    }
    const auto required = reader.field(node, "required", Where::nowhere, FieldReader::Expected::boolean);
    input.required = required && is_truthy(required->value.literal());
    read_options(reader, node, input);
    read_default(reader, node, input);
    return input;
}

void read_dispatch(FieldReader& reader, const YamlNode& node, Triggers& on) {
    if (node.kind == YamlNode::Kind::null || !reader.is_mapping(node, "`workflow_dispatch`")) return;
    reader.only(node, "`workflow_dispatch`", {"inputs"});
    const auto* inputs = node.find("inputs");
    if (inputs == nullptr || inputs->kind == YamlNode::Kind::null || !reader.is_mapping(*inputs, "`inputs`")) return;
    if (inputs->members.size() > 25)
        reader.refuse(inputs->place, fmt::format("{} inputs are declared; 25 are allowed.", inputs->members.size()));
    for (const auto& member : inputs->members) on.inputs.push_back(read_input(reader, member));
}

void add_event(FieldReader& reader, const std::string& name, Place place, Triggers& on) {
    const auto& known = event_names();
    if (std::ranges::find(known, name) == known.end()) {
        const auto close = nearest(name, known, 1);
        reader.refuse(place, fmt::format("There is no event `{}`.", shortened(name, 60)),
                      close.empty() ? std::string{} : fmt::format("Did you mean `{}`?", close.front()));
    }
    on.events.push_back({name, place});
    if (name == "workflow_dispatch") on.dispatch = place;
}

}  // namespace

Triggers read_triggers(FieldReader& reader, const YamlNode& node) {
    Triggers on;
    switch (node.kind) {
    case YamlNode::Kind::null: reader.refuse(node.place, "`on` is empty.", "Add `workflow_dispatch:`."); break;
    case YamlNode::Kind::scalar: add_event(reader, node.text, node.place, on); break;
    case YamlNode::Kind::sequence:
        for (const auto& item : node.items) {
            if (reader.is_text(item, "An event")) add_event(reader, item.text, item.place, on);
        }
        break;
    case YamlNode::Kind::mapping:
        for (const auto& member : node.members) {
            add_event(reader, member.name, member.place, on);
            if (member.name == "workflow_dispatch") read_dispatch(reader, member.value, on);
        }
        break;
    }
    return on;
}

}  // namespace flux::workflow
