#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "logs/line.hpp"

namespace flux::logs {

/// What a job ran on and with, as far as the log of its set-up tells. Words of the log, cleaned, each at most 120
/// bytes.
struct SetUpFacts {
    std::string image;           ///< `ubuntu-24.04`
    std::string image_version;   ///< `20250105.1.0`
    std::string runner_version;  ///< `2.321.0`
    /// By `owner/name` or `owner/name/path`: the versions that were downloaded, `v4 (11bd71901bbe)`; several between
    /// commas.
    std::map<std::string, std::string> actions;
};

/// Reads the first lines of a job's log, in which the runner says what it is and what it downloads (`Runner Image`,
/// `Current runner version`, `Download action repository`).
SetUpFacts read_set_up(const std::vector<Line>& lines);

/// Adds an action that a step calls (`actions/checkout@v4`), where the log doesn't say more about it.
void add_action(SetUpFacts& facts, std::string_view uses);

}  // namespace flux::logs
