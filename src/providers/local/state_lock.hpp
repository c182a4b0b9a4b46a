#pragma once

#include <filesystem>
#include <string>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"

namespace flux::providers::local {

/// Who has it owns the state folder: its runs, its database, its previews. Freed when the object goes or its process
/// dies, however it dies.
class StateLock {
public:
    /// Makes the folder (mode 0700) where it is missing. `owner` is what a second one is told, e.g. `flux-mcp serve`.
    /// `conflict` with reason `state_locked` names the first owner and its process id.
    static Result<StateLock> take(const std::filesystem::path& state_directory, const std::string& owner);

    const std::filesystem::path& directory() const { return directory_; }

private:
    StateLock(std::filesystem::path directory, FileDescriptor file)
        : directory_{std::move(directory)}, file_{std::move(file)} {}

    std::filesystem::path directory_;
    FileDescriptor file_;
};

}  // namespace flux::providers::local
