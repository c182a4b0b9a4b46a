#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/branch_name.hpp"
#include "builds/provider.hpp"

namespace flux::providers::local {

/// Reads a git repository with the `git` program, without hooks and without anybody's configuration but the
/// repository's own. Never writes, and never looks at a work tree: what counts is what was committed.
///
/// Every call starts programs and blocks. Thread-safe. What is wrong with the repository itself is `unavailable` with
/// reason `repository_unusable`.
class Repository {
public:
    explicit Repository(std::filesystem::path path) : path_{std::move(path)} {}

    /// Where its objects are; also of a linked work tree.
    Result<std::filesystem::path> git_directory() const;

    /// What HEAD points to, whether or not it has a commit.
    Result<std::string> default_branch() const;

    /// The newest commit of a local branch, or of `origin`'s where there is no local one. `not_found` with reason
    /// `branch_not_found` names the nearest.
    Result<builds::Branch> head_of(const builds::BranchName& branch) const;

    /// Most recently committed first.
    Result<std::vector<builds::Branch>> branches() const;

    /// Names of the `.yml` and `.yaml` files in `.github/workflows/` of a commit, sorted.
    Result<std::vector<std::string>> workflow_files(const std::string& sha) const;

    /// A file of a commit. `not_found`: no such regular file; `too_large`: over `limit` bytes.
    Result<std::string> read_file(const std::string& sha, const std::string& path, std::size_t limit) const;

    /// What `head` has that `base` hasn't. `not_found` where one of them is no commit here, or they have nothing in
    /// common.
    Result<builds::Comparison> compare(const std::string& base, const std::string& head) const;

    /// Whether the commit has that regular file.
    Result<bool> has_file(const std::string& sha, const std::string& path) const;

private:
    Result<std::string> git(std::vector<std::string> arguments) const;
    Result<std::vector<builds::Branch>> references(const std::vector<std::string>& patterns) const;

    std::filesystem::path path_;
};

}  // namespace flux::providers::local
