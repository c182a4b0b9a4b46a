#include "previews/site_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "previews/beneath.hpp"

namespace flux::previews {

namespace {

constexpr std::size_t longest_path = 4096;

auto not_found() { return fail(Errc::not_found, "The preview has no such page."); }

bool is_plain_segment(std::string_view segment) {
    if (segment.empty()) return false;
    if (segment.front() == '.' && segment != ".well-known") return false;
    return std::all_of(segment.begin(), segment.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '\\'; });
}

/// `path` as it stands below the root, without slashes at its ends; nothing if a part of it is never served.
std::optional<std::string> below_root(std::string_view path) {
    if (path.empty() || path.front() != '/' || path.size() > longest_path) return std::nullopt;
    path.remove_prefix(1);
    if (path.empty()) return std::string{};
    if (path.ends_with('/')) path.remove_suffix(1);
    const auto segments = split(path, '/');
    if (!std::all_of(segments.begin(), segments.end(), is_plain_segment)) return std::nullopt;
    return std::string{path};
}

enum class Kind { absent, file, folder };

struct Found {
    Kind kind = Kind::absent;
    FileDescriptor descriptor;
    struct stat status{};
};

Found find(int root, const std::string& path) {
    Found found;
    found.descriptor = find_beneath(root, path.empty() ? "." : path, Links::refuse);
    if (!found.descriptor || ::fstat(found.descriptor.get(), &found.status) != 0) return found;
    if (S_ISREG(found.status.st_mode)) found.kind = Kind::file;
    if (S_ISDIR(found.status.st_mode)) found.kind = Kind::folder;
    return found;
}

Result<Lookup> open(const Found& found, std::string_view path, bool is_error_page) {
    OpenFile file;
    file.descriptor = open_found(found.descriptor, 0);
    if (!file.descriptor) return fail(Errc::unavailable, "The preview's file can't be read just now.");
    file.size = static_cast<std::uint64_t>(found.status.st_size);
    file.number = found.status.st_ino;
    file.type = media_type_of(path);
    file.is_error_page = is_error_page;
    return Lookup{std::move(file)};
}

}  // namespace

Result<Lookup> look_up(const std::filesystem::path& root, std::string_view path) {
    const FileDescriptor folder{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return not_found();

    if (const auto wanted = below_root(path)) {
        const bool asks_for_folder = path.ends_with('/');
        const auto found = find(folder.get(), *wanted);
        if (found.kind == Kind::file && !asks_for_folder) return open(found, *wanted, false);
        if (!asks_for_folder) {
            const auto page = find(folder.get(), *wanted + ".html");
            if (page.kind == Kind::file) return open(page, *wanted + ".html", false);
        }
        if (found.kind == Kind::folder) {
            const auto index = wanted->empty() ? "index.html" : *wanted + "/index.html";
            const auto page = find(folder.get(), index);
            if (page.kind == Kind::file && !asks_for_folder) return Lookup{DirectoryRedirect{}};
            if (page.kind == Kind::file) return open(page, index, false);
        }
    }
    const auto error_page = find(folder.get(), "404.html");
    if (error_page.kind == Kind::file) return open(error_page, "404.html", true);
    return not_found();
}

}  // namespace flux::previews
