#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flux::mcp {

/// What a header that repeats a part of the body says: as it stands, or decoded if it has the form
/// `=?base64?…?=` for what no header can hold. Nothing if the Base64 isn't canonical.
std::optional<std::string> header_text(std::string_view value);

}  // namespace flux::mcp
