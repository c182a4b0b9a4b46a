#include "previews/media_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace flux::previews {

namespace {

struct Row {
    std::string_view extension;
    std::string_view type;
};

constexpr std::array rows{
    Row{"aac", "audio/aac"},
    Row{"apng", "image/apng"},
    Row{"atom", "application/atom+xml; charset=utf-8"},
    Row{"avif", "image/avif"},
    Row{"bmp", "image/bmp"},
    Row{"cjs", "text/javascript; charset=utf-8"},
    Row{"css", "text/css; charset=utf-8"},
    Row{"csv", "text/csv; charset=utf-8"},
    Row{"eot", "application/vnd.ms-fontobject"},
    Row{"flac", "audio/flac"},
    Row{"geojson", "application/geo+json"},
    Row{"gif", "image/gif"},
    Row{"glb", "model/gltf-binary"},
    Row{"gltf", "model/gltf+json"},
    Row{"gz", "application/gzip"},
    Row{"htm", "text/html; charset=utf-8"},
    Row{"html", "text/html; charset=utf-8"},
    Row{"ico", "image/x-icon"},
    Row{"ics", "text/calendar; charset=utf-8"},
    Row{"jpeg", "image/jpeg"},
    Row{"jpg", "image/jpeg"},
    Row{"js", "text/javascript; charset=utf-8"},
    Row{"json", "application/json"},
    Row{"jsonld", "application/ld+json"},
    Row{"jxl", "image/jxl"},
    Row{"log", "text/plain; charset=utf-8"},
    Row{"m4a", "audio/mp4"},
    Row{"m4v", "video/mp4"},
    Row{"map", "application/json"},
    Row{"md", "text/markdown; charset=utf-8"},
    Row{"mjs", "text/javascript; charset=utf-8"},
    Row{"mov", "video/quicktime"},
    Row{"mp3", "audio/mpeg"},
    Row{"mp4", "video/mp4"},
    Row{"oga", "audio/ogg"},
    Row{"ogg", "audio/ogg"},
    Row{"ogv", "video/ogg"},
    Row{"opus", "audio/ogg"},
    Row{"otf", "font/otf"},
    Row{"pdf", "application/pdf"},
    Row{"png", "image/png"},
    Row{"rss", "application/rss+xml; charset=utf-8"},
    Row{"svg", "image/svg+xml"},
    Row{"tif", "image/tiff"},
    Row{"tiff", "image/tiff"},
    Row{"toml", "application/toml"},
    Row{"ttf", "font/ttf"},
    Row{"txt", "text/plain; charset=utf-8"},
    Row{"vtt", "text/vtt; charset=utf-8"},
    Row{"wasm", "application/wasm"},
    Row{"wav", "audio/wav"},
    Row{"webm", "video/webm"},
    Row{"webmanifest", "application/manifest+json"},
    Row{"webp", "image/webp"},
    Row{"woff", "font/woff"},
    Row{"woff2", "font/woff2"},
    Row{"xhtml", "application/xhtml+xml; charset=utf-8"},
    Row{"xml", "application/xml"},
    Row{"yaml", "application/yaml"},
    Row{"yml", "application/yaml"},
    Row{"zip", "application/zip"},
};

static_assert(std::is_sorted(rows.begin(), rows.end(),
                             [](const Row& a, const Row& b) { return a.extension < b.extension; }));

}  // namespace

MediaType media_type_of(std::string_view path) {
    constexpr MediaType unknown{"application/octet-stream", false};
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return unknown;
    const auto extension = ascii_lower(name.substr(dot + 1));
    const auto found =
        std::lower_bound(rows.begin(), rows.end(), extension,
                         [](const Row& row, const std::string& wanted) { return row.extension < wanted; });
    if (found == rows.end() || found->extension != extension) return unknown;
    return {found->type, true};
}

}  // namespace flux::previews
