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
};

}  // namespace flux::mcp
