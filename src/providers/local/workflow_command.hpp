#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flux::providers::local {

/// What a program says to the runner on its output: `::name key=value,key2=value2::data`.
struct WorkflowCommand {
    std::string name;  ///< lower case
    std::vector<std::pair<std::string, std::string>> properties;
    std::string data;

    /// Empty: there is no such property. `key` in any case.
    std::string_view property(std::string_view key) const;
};

/// Whether the runner knows a command of that (lower-case) name; others are plain text.
bool is_command_name(std::string_view name);

/// The command in `line`: `::name…::data` behind optional blanks, or the older `##[name…]data` anywhere. Nothing where
/// there is none, or one of a name that the runner doesn't know.
std::optional<WorkflowCommand> parse_command(std::string_view line);

}  // namespace flux::providers::local
