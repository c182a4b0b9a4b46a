#include "providers/local/workspace_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

auto unreadable(const std::string& path) {
    return fail(Errc::not_found,
                fmt::format("`{}` can't be read as a file of the workspace: {}.", path, std::strerror(errno)));
}

}  // namespace

Result<WorkspaceFiles> WorkspaceFiles::open(const std::filesystem::path& root) {
    FileDescriptor directory{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) return fail(Errc::not_found, "The directory does not exist.");
    return WorkspaceFiles{std::move(directory)};
}

FileDescriptor WorkspaceFiles::open_beneath(const std::string& path, int flags) const {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const std::string name = path.empty() ? "." : path;
    // The kernel gives up with EAGAIN when something was renamed meanwhile.
    for (int attempt = 0; attempt < 16; ++attempt) {
        const auto opened = ::syscall(SYS_openat2, root_.get(), name.c_str(), &how, sizeof how);
        if (opened >= 0) return FileDescriptor{static_cast<int>(opened)};
        if (errno != EAGAIN) break;
    }
    return {};
}

bool WorkspaceFiles::is_directory(const std::string& path) const {
    return static_cast<bool>(open_beneath(path, O_RDONLY | O_DIRECTORY));
}

Result<std::vector<WorkspaceFiles::File>> WorkspaceFiles::list(const std::string& directory,
                                                               const Limits& limits) const {
    std::vector<File> files;
    std::uint64_t bytes = 0;
    std::size_t entries = 0;
    std::vector<std::pair<std::string, int>> pending{{directory, 0}};
    while (!pending.empty()) {
        auto [path, depth] = std::move(pending.back());
        pending.pop_back();
        auto opened = open_beneath(path, O_RDONLY | O_DIRECTORY);
        if (!opened) {
            if (path == directory) return unreadable(path);
            continue;
        }
        // The stream owns its descriptor from here on.
        const int number = ::dup(opened.get());
        const Directory stream{number < 0 ? nullptr : ::fdopendir(number)};
        if (!stream) return unreadable(path);
        while (const dirent* entry = ::readdir(stream.get())) {
            const std::string name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (++entries > limits.files * 2) return fail(Errc::too_large, "There are too many files.");
            auto below = path.empty() ? name : path + "/" + name;
            struct stat status{};
            if (::fstatat(opened.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
            if (S_ISDIR(status.st_mode)) {
                if (depth + 1 > limits.depth) return fail(Errc::too_large, "The directories are nested too deeply.");
                pending.emplace_back(std::move(below), depth + 1);
                continue;
            }
            if (S_ISLNK(status.st_mode)) {
                const auto target = open_beneath(below, O_PATH);
                if (!target || ::fstat(target.get(), &status) != 0) continue;
            }
            if (!S_ISREG(status.st_mode)) continue;
            bytes += static_cast<std::uint64_t>(status.st_size);
            if (files.size() >= limits.files || bytes > limits.bytes)
                return fail(Errc::too_large, fmt::format("There is more than {} files or {} MiB.", limits.files,
                                                         limits.bytes / (1024 * 1024)));
            files.push_back({std::move(below), static_cast<std::uint64_t>(status.st_size)});
        }
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
    return files;
}

Result<FileDescriptor> WorkspaceFiles::open_file(const std::string& path) const {
    auto file = open_beneath(path, O_RDONLY);
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0) return unreadable(path);
    if (!S_ISREG(status.st_mode)) return fail(Errc::not_found, fmt::format("`{}` is no regular file.", path));
    return file;
}

Result<std::string> WorkspaceFiles::read(const std::string& path, std::size_t limit) const {
    auto file = open_file(path);
    if (!file) return fail(std::move(file.error()));
    std::string text;
    std::array<char, 65536> bytes{};
    for (;;) {
        const auto length = ::read(file->get(), bytes.data(), bytes.size());
        if (length < 0) return unreadable(path);
        if (length == 0) return text;
        text.append(bytes.data(), static_cast<std::size_t>(length));
        if (text.size() > limit)
            return fail(Errc::too_large, fmt::format("`{}` is larger than {} bytes.", path, limit));
    }
}

Result<std::uint64_t> WorkspaceFiles::copy(const std::string& path, const std::filesystem::path& target,
                                           std::uint64_t limit) const {
    auto source = open_file(path);
    if (!source) return fail(std::move(source.error()));
    const FileDescriptor out{::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!out) return unreadable(path);
    std::uint64_t copied = 0;
    std::array<char, 65536> bytes{};
    for (;;) {
        const auto length = ::read(source->get(), bytes.data(), bytes.size());
        if (length < 0) return unreadable(path);
        if (length == 0) return copied;
        copied += static_cast<std::uint64_t>(length);
        if (copied > limit) return fail(Errc::too_large, fmt::format("`{}` grew while it was read.", path));
        for (ssize_t at = 0; at < length;) {
            const auto written = ::write(out.get(), bytes.data() + at, static_cast<std::size_t>(length - at));
            if (written <= 0) return unreadable(path);
            at += written;
        }
    }
}

Result<void> copy_trusted_tree(const std::filesystem::path& source, const std::filesystem::path& target) {
    std::error_code failed;
    fs::create_directories(target.parent_path(), failed);
    fs::copy(source, target, fs::copy_options::recursive | fs::copy_options::skip_symlinks, failed);
    if (failed) return fail(Errc::unavailable, "Files can't be copied: " + failed.message() + ".");
    return {};
}

}  // namespace flux::providers::local
