#pragma once

#include <span>
#include <string_view>

#include "transport/http_handler.hpp"

namespace flux::page {

/// One file of the page as it was baked into the binary.
struct PageFile {
    std::string_view path;  ///< e.g. `/assets/index-4f3a.js`
    std::string_view content_type;
    std::string_view digest;  ///< of `plain`, for `ETag`
    bool is_hashed = false;   ///< the name changes with the content, so it may be kept for ever
    std::string_view plain;
    std::string_view gzip;    ///< empty: not worth it
    std::string_view brotli;  ///< the same
};

/// Serves the page's files as the reader wants them encoded. A path that names no file and looks like a page gets the
/// page, which knows its own paths.
class PageFiles {
public:
    /// The bytes live as long as the process.
    explicit PageFiles(std::span<const PageFile> files) : files_{files} {}

    transport::HttpResponse answer(const transport::HttpRequest& request) const;

private:
    const PageFile* find(std::string_view path) const;
    const PageFile* choose(const transport::HttpRequest& request) const;

    std::span<const PageFile> files_;
};

}  // namespace flux::page
