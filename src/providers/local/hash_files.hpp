#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace flux::providers::local {

/// `hashFiles()`: SHA-256 over the SHA-256 of each matching file of the workspace, as hex; empty where none matches.
/// `patterns` may begin with an option. `invalid_argument` for a wrong one, `timed_out` after two minutes.
Result<std::string> hash_files(const std::filesystem::path& workspace, const std::vector<std::string>& patterns);

}  // namespace flux::providers::local
