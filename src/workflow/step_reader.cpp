#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/field_reader.hpp"

namespace flux::workflow {

namespace {

constexpr std::size_t max_script_length = 21'000;

void check_script(FieldReader& reader, const Step& step, const YamlNode& node) {
    const auto* run = node.find("run");
    if (run != nullptr && run->text.size() > max_script_length) {
        reader.refuse(run->place,
                      fmt::format("`run` has {} characters; {} are allowed.", run->text.size(), max_script_length),
                      "Move the script into a file of the repository and call that.");
    }
    if (step.shell && !step.run && node.find("uses") != nullptr)
        reader.refuse(step.shell->place, "`shell` goes with `run`, not with `uses`.", "Remove it.");
    if (step.working_directory && !step.run && node.find("uses") != nullptr)
        reader.refuse(step.working_directory->place, "`working-directory` goes with `run`, not with `uses`.",
                      "Remove it.");
}

void check_kind(FieldReader& reader, const Step& step, const YamlNode& node) {
    const bool runs = node.find("run") != nullptr;
    const bool uses = node.find("uses") != nullptr;
    if (runs && uses) reader.refuse(node.place, "This step has both `run` and `uses`.", "Make two steps of it.");
    if (!runs && !uses && !step.concurrent)
        reader.refuse(node.place, "This step has neither `run` nor `uses`.", "Give it the one that says what it does.");
    if (const auto* with = node.find("with"); with != nullptr && runs && !uses)
        reader.refuse(with->place, "`with` goes with `uses`, not with `run`.", "Use `env` to give values to a script.");
}

std::optional<Name> concurrency_key(const YamlNode& node) {
    static constexpr std::array<std::string_view, 5> keys{"background", "parallel", "wait", "wait-all", "cancel"};
    for (const auto& member : node.members) {
        if (std::ranges::find(keys, member.name) != keys.end()) return Name{member.name, member.place};
    }
    return std::nullopt;
}

Step read_step(FieldReader& reader, const YamlNode& node, bool of_action) {
    Step step;
    step.place = node.place;
    if (!reader.is_mapping(node, "A step")) return step;
    reader.only(node, "A step",
                {"id", "name", "if", "run", "uses", "with", "env", "shell", "working-directory", "continue-on-error",
                 "timeout-minutes", "background", "parallel", "wait", "wait-all", "cancel"});
    using Expected = FieldReader::Expected;
    step.concurrent = concurrency_key(node);
    if (const auto id = reader.name(node, "id")) {
        reader.check_id(id->text, id->place, "a step");
        step.id = id->text;
    }
    step.name = reader.field(node, "name", Where::step);
    step.condition = reader.condition(node, Where::step_if);
    step.run = reader.field(node, "run", Where::step);
    step.uses = reader.name(node, "uses");
    step.shell = reader.field(node, "shell", Where::step);
    step.working_directory = reader.field(node, "working-directory", Where::step);
    step.env = reader.entries(node, "env", Where::step);
    step.with = reader.entries(node, "with", Where::step);
    step.continue_on_error = reader.field(node, "continue-on-error", Where::step, Expected::boolean);
    step.timeout_minutes = reader.field(node, "timeout-minutes", Where::step, Expected::number);
    check_kind(reader, step, node);
    check_script(reader, step, node);
    if (of_action && step.run && !step.shell)
        reader.refuse(node.place, "In an action each `run` needs a `shell`.", "Add `shell: bash`.");
    return step;
}

}  // namespace

std::vector<Step> read_steps(FieldReader& reader, const YamlNode& node, bool of_action) {
    std::vector<Step> steps;
    if (!reader.is_sequence(node, "`steps`")) return steps;
    std::unordered_set<std::string> ids;
    for (const auto& item : node.items) {
        steps.push_back(read_step(reader, item, of_action));
        const auto& id = steps.back().id;
        if (!id.empty() && !ids.insert(ascii_lower(id)).second) {
            reader.refuse(item.find("id")->place,
                          fmt::format("Another step already has the id `{}`.", shortened(id, 100)),
                          "Give each step of the job its own id; ids ignore case.");
        }
    }
    return steps;
}

}  // namespace flux::workflow
