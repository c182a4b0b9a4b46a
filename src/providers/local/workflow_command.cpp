#include "providers/local/workflow_command.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

constexpr std::array<std::string_view, 15> names{"group",      "endgroup",    "debug",          "notice",  "warning",
                                                 "error",      "add-mask",    "stop-commands",  "echo",    "set-output",
                                                 "save-state", "add-matcher", "remove-matcher", "set-env", "add-path"};

struct Escape {
    std::string_view code;
    char character;
};

constexpr std::array data_escapes{Escape{"%0D", '\r'}, Escape{"%0A", '\n'}, Escape{"%25", '%'}};
constexpr std::array property_escapes{Escape{"%0D", '\r'}, Escape{"%0A", '\n'}, Escape{"%3A", ':'}, Escape{"%2C", ','},
                                      Escape{"%25", '%'}};
constexpr std::array old_escapes{Escape{"%0D", '\r'}, Escape{"%0A", '\n'}, Escape{"%3B", ';'}, Escape{"%5D", ']'},
                                 Escape{"%25", '%'}};

/// One pass from left to right: `%` made from `%25` never begins another code.
template <class Escapes>
std::string unescaped(std::string_view text, const Escapes& escapes) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto escape = std::find_if(escapes.begin(), escapes.end(),
                                         [&](const Escape& each) { return text.substr(at, 3) == each.code; });
        if (escape != escapes.end()) {
            result += escape->character;
            at += 3;
        } else {
            result += text[at++];
        }
    }
    return result;
}

/// `name key=value…`, as it stands between the marks.
template <class Escapes>
std::optional<WorkflowCommand> parse_head(std::string_view head, char separator, const Escapes& escapes) {
    const auto blank = head.find(' ');
    WorkflowCommand command;
    command.name = ascii_lower(head.substr(0, blank));
    if (!is_command_name(command.name)) return std::nullopt;
    if (blank == std::string_view::npos) return command;
    for (const auto part : split(head.substr(blank + 1), separator)) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || trimmed(part.substr(0, equals)).empty()) continue;
        command.properties.emplace_back(ascii_lower(trimmed(part.substr(0, equals))),
                                        unescaped(part.substr(equals + 1), escapes));
    }
    return command;
}

std::optional<WorkflowCommand> parse_current(std::string_view line) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || !line.substr(begin).starts_with("::")) return std::nullopt;
    line.remove_prefix(begin + 2);
    const auto end = line.find("::");
    if (end == std::string_view::npos) return std::nullopt;
    auto command = parse_head(line.substr(0, end), ',', property_escapes);
    if (command) command->data = unescaped(line.substr(end + 2), data_escapes);
    return command;
}

std::optional<WorkflowCommand> parse_old(std::string_view line) {
    const auto begin = line.find("##[");
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin + 3);
    const auto end = line.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto command = parse_head(line.substr(0, end), ';', old_escapes);
    if (command) command->data = unescaped(line.substr(end + 1), old_escapes);
    return command;
}

}  // namespace

std::string_view WorkflowCommand::property(std::string_view key) const {
    for (const auto& [name_of_it, value] : properties)
        if (equal_ignoring_case(name_of_it, key)) return value;
    return {};
}

bool is_command_name(std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

std::optional<WorkflowCommand> parse_command(std::string_view line) {
    if (auto command = parse_current(line)) return command;
    return parse_old(line);
}

}  // namespace flux::providers::local
