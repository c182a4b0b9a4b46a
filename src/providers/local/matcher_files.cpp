#include "providers/local/matcher_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "providers/local/workspace_files.hpp"

namespace flux::providers::local {
namespace {

/// The path as seen from the directory; nothing where it isn't below it.
std::optional<std::string> below(const std::filesystem::path& directory, const std::filesystem::path& path) {
    const auto relative = path.lexically_relative(directory.lexically_normal());
    if (relative.empty() || relative == "." || *relative.begin() == "..") return std::nullopt;
    return relative.generic_string();
}

}  // namespace

Result<logs::ProblemMatcherFile> read_matcher_file(const JobDirectories& directories, std::string_view path) {
    const auto whole = (directories.workspace / trimmed(path)).lexically_normal();
    std::vector<std::filesystem::path> roots{directories.workspace, directories.temp};
    if (directories.tools) roots.push_back(*directories.tools);
    for (const auto& root : roots) {
        const auto relative = below(root, whole);
        if (!relative) continue;
        const auto files = WorkspaceFiles::open(root);
        if (!files) return fail(files.error());
        const auto text = files->read(*relative, logs::max_problem_matcher_file);
        if (!text) return fail(text.error());
        return logs::read_problem_matchers(*text);
    }
    return fail(Errc::forbidden, "The file has to lie in the workspace, in RUNNER_TEMP or beside a tool.");
}

std::string place_in_workspace(const JobDirectories& directories, std::string_view file, std::string_view from_path) {
    if (file.empty()) return {};
    auto root = directories.workspace;
    if (!from_path.empty()) root = (root / from_path).parent_path();
    return below(directories.workspace, (root / file).lexically_normal()).value_or(std::string{});
}

}  // namespace flux::providers::local
