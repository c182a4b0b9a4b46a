#include "providers/local/site_search.hpp"

#include <sys/stat.h>

#include <array>
#include <system_error>
#include <vector>

namespace flux::providers::local {

namespace {

constexpr std::array names{"dist",      "build", "out", "public", "_site", "site", ".output/public", "docs/_build/html",
                           "target/doc"};

/// No link on the way: the job would choose what of this machine is published.
bool is_folder_beneath(const std::filesystem::path& workspace, const std::filesystem::path& name) {
    auto folder = workspace;
    for (const auto& part : name) {
        folder /= part;
        struct stat status{};
        if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
    }
    return true;
}

std::optional<WallTime> page_written(const std::filesystem::path& workspace, const std::string& name) {
    if (!is_folder_beneath(workspace, name)) return {};
    const auto folder = workspace / name;
    struct stat status{};
    if (::lstat((folder / "index.html").c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return WallTime{std::chrono::seconds{status.st_mtim.tv_sec} +
                    std::chrono::microseconds{status.st_mtim.tv_nsec / 1000}};
}

}  // namespace

std::optional<FoundSite> take_site(const Repository& repository, const std::string& sha,
                                   const std::filesystem::path& workspace, const std::filesystem::path& target,
                                   WallTime newer_than) {
    std::vector<std::string> made;
    std::vector<std::string> committed;
    for (const std::string name : names) {
        const auto written = page_written(workspace, name);
        if (!written || *written < newer_than) continue;
        const auto is_committed = repository.has_file(sha, name + "/index.html");
        (is_committed && !*is_committed ? made : committed).push_back(name);
    }
    // A committed public/index.html beside a built dist/index.html is a source.
    const auto& candidates = made.empty() ? committed : made;
    if (candidates.size() != 1) return {};
    std::error_code refused;
    std::filesystem::create_directories(target.parent_path(), refused);
    std::filesystem::rename(workspace / candidates.front(), target, refused);
    if (refused) return {};
    return FoundSite{.folder = target, .name = candidates.front()};
}

}  // namespace flux::providers::local
