#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace flux::builds {

struct Commit {
    std::string sha;
    std::string subject;
    std::string author;
    WallTime committed_at{};
};

struct ChangedFile {
    std::string path;
    std::int64_t added = 0;    ///< lines; 0 for a binary file
    std::int64_t removed = 0;  ///< lines
};

/// What lies between two commits.
struct Comparison {
    std::vector<Commit> commits;     ///< of the second that the first hasn't, newest first; at most 50
    std::size_t total_commits = 0;   ///< with those beyond the list
    std::vector<ChangedFile> files;  ///< what these commits change together; at most 300
    std::size_t total_files = 0;     ///< known: there may be more if `more_files`
    bool more_files = false;         ///< the source stopped counting
};

}  // namespace flux::builds
