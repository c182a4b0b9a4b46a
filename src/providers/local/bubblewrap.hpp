#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "providers/local/process.hpp"

namespace flux::providers::local {

/// One start of the `bwrap` program. Its options go through a pipe of their own, so that no other user of this machine
/// reads them from its command line, and its environment is empty: a sandboxed process can read that of its first
/// process.
struct BubblewrapStart {
    std::filesystem::path program;
    std::vector<std::string> options;
    std::string call_filter;
    std::vector<std::string> command;  ///< with absolute paths
    std::vector<int> descriptors;      ///< that the options name
    std::vector<std::filesystem::path> staged_directories;
    std::optional<uid_t> user;
    unsigned long long max_file_bytes = 0;
};

struct BubblewrapProcess {
    Process process;
    pid_t child = 0;  ///< the first process inside, as this machine counts
};

/// Starts it and waits until the sandbox stands. `unavailable` with bwrap's own words otherwise.
Result<BubblewrapProcess> start_bubblewrap(const BubblewrapStart& start);

/// Options that show the system's directories read-only, in a file tree that is otherwise empty.
std::vector<std::string> system_options();

/// The directories of the system that a sandboxed job sees.
bool is_visible_system_path(const std::filesystem::path& path);

}  // namespace flux::providers::local
