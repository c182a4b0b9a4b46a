#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "previews/media_type.hpp"

namespace flux::previews {

/// A file of a site, open for reading.
struct OpenFile {
    FileDescriptor descriptor;
    std::uint64_t size = 0;
    std::uint64_t number = 0;  ///< the same for the same file of the same site
    MediaType type;
    bool is_error_page = false;  ///< the site's 404.html
};

/// The path is a directory's and lacks its slash.
struct DirectoryRedirect {};

using Lookup = std::variant<OpenFile, DirectoryRedirect>;

/// Finds what `path` (decoded, begins with `/`) shows of the site at `root`, as GitHub Pages does: `index.html` for
/// directories, `page.html` for `/page`, `404.html` for what isn't there. `not_found` where there is no 404.html
/// either.
///
/// Only regular files beneath `root`, without following any link; nothing hidden but `.well-known`; dot segments, empty
/// segments, backslashes and control characters are not found. Blocks on the disk. Thread-safe.
Result<Lookup> look_up(const std::filesystem::path& root, std::string_view path);

}  // namespace flux::previews
