#pragma once

#include <string_view>

namespace flux::previews {

struct MediaType {
    std::string_view name;  ///< a `Content-Type`
    bool is_known = true;   ///< unknown types are downloaded, never shown
};

/// The type that a file's extension stands for, ignoring case.
MediaType media_type_of(std::string_view path);

}  // namespace flux::previews
