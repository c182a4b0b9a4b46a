#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flux {

/// RFC 4648, section 4, with padding.
std::string to_base64(std::string_view bytes);

/// The bytes, or nothing for what `to_base64` wouldn't write.
std::optional<std::string> from_base64(std::string_view text);

/// RFC 4648, section 5, without padding: for what stands in URLs and cursors.
std::string to_base64url(std::string_view bytes);

/// The bytes, or nothing for what `to_base64url` wouldn't write.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace flux
