#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "providers/local/workspace_files.hpp"

namespace flux::providers::local {

/// The artifacts of one attempt of a run, in a directory that no job sees. Jobs that run at the same time may use it:
/// a name belongs to the first that finishes storing it.
class ArtifactStore {
public:
    struct Artifact {
        std::string name;
        std::string id;      ///< digits
        std::string digest;  ///< SHA-256 over names and contents, hex
        std::size_t files = 0;
        std::uint64_t bytes = 0;
    };

    explicit ArtifactStore(std::filesystem::path directory) : directory_{std::move(directory)} {}

    /// Keeps copies of `files`, which are paths below `root`; in the artifact they lose `prefix` (empty, or ends in
    /// `/`). `conflict` when the name is taken and `overwrite` isn't said; `invalid_argument` for a name that GitHub
    /// refuses.
    Result<Artifact> store(const std::string& name, const WorkspaceFiles& root,
                           const std::vector<WorkspaceFiles::File>& files, const std::string& prefix, bool overwrite);

    /// By name.
    std::vector<std::string> names() const;
    bool has(const std::string& name) const;
    /// Where its files lie: only directories and regular files. Read-only by agreement.
    std::filesystem::path files_of(const std::string& name) const;

private:
    std::filesystem::path place_of(const std::string& name) const;

    std::filesystem::path directory_;
};

}  // namespace flux::providers::local
