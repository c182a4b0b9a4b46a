#pragma once

#include <string>
#include <string_view>

namespace flux::mcp {

/// A content block, as the JSON of its wire form.
struct Content {
    enum class Kind { text, image, audio, resource, resource_link };
    Kind kind = Kind::text;
    std::string json;

    static Content text(std::string_view text);
    static Content image(std::string_view bytes, std::string_view mime_type);
    static Content audio(std::string_view bytes, std::string_view mime_type);
    /// A text that has a URI of its own.
    static Content resource(std::string_view uri, std::string_view mime_type, std::string_view text);
};

}  // namespace flux::mcp
