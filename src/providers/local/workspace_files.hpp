#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"

namespace flux::providers::local {

/// The server's own view into a directory that a job writes to. Nothing here follows a link out of it, opens a device
/// or waits for a pipe, whatever the job does at the same time.
class WorkspaceFiles {
public:
    struct File {
        std::string path;  ///< relative, with `/`
        std::uint64_t bytes = 0;
    };
    struct Limits {
        std::size_t files = 200'000;
        std::uint64_t bytes = 4ULL * 1024 * 1024 * 1024;
        int depth = 64;
    };

    /// `not_found` when it isn't a directory.
    static Result<WorkspaceFiles> open(const std::filesystem::path& root);

    /// The regular files below `directory` (relative; empty: all), sorted. Links to regular files inside count as
    /// files; links to directories are not followed. `too_large` beyond the limits.
    Result<std::vector<File>> list(const std::string& directory, const Limits& limits) const;
    Result<std::vector<File>> list(const std::string& directory = {}) const { return list(directory, Limits{}); }

    bool is_directory(const std::string& path) const;
    /// Opens a regular file for reading. `path` is relative.
    Result<FileDescriptor> open_file(const std::string& path) const;
    /// `too_large` when it holds more than `limit` bytes.
    Result<std::string> read(const std::string& path, std::size_t limit) const;
    /// Copies it to a file that doesn't exist yet, whose directory does. At most `limit` bytes; gives their number.
    Result<std::uint64_t> copy(const std::string& path, const std::filesystem::path& target, std::uint64_t limit) const;

private:
    explicit WorkspaceFiles(FileDescriptor root) : root_{std::move(root)} {}

    FileDescriptor open_beneath(const std::string& path, int flags) const;

    FileDescriptor root_;
};

/// Copies the tree that lies in trusted `source` (only directories and regular files) to `target`, which must not
/// exist.
Result<void> copy_trusted_tree(const std::filesystem::path& source, const std::filesystem::path& target);

}  // namespace flux::providers::local
