#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace flux::providers::local {

inline constexpr std::size_t max_environment_file_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t max_output_bytes = 1024 * 1024;             ///< of all outputs of a job together
inline constexpr std::size_t max_step_outputs_bytes = 50 * 1024 * 1024;  ///< of all steps of a job together
inline constexpr std::size_t max_summary_bytes = 1024 * 1024;

using Assignments = std::vector<std::pair<std::string, std::string>>;

/// What a step wrote to GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE: `NAME=value`, or `NAME<<END`, lines and `END`.
/// `invalid_argument` says which line is wrong; then nothing of the file counts.
Result<Assignments> parse_assignments(std::string_view text);

/// What a step wrote to GITHUB_PATH: one directory a line, the last one first in PATH.
std::vector<std::string> parse_path_lines(std::string_view text);

/// Why GITHUB_ENV may not set `name`; empty: it may.
std::string refusal_of_variable(std::string_view name);

}  // namespace flux::providers::local
