#pragma once

#include <optional>
#include <string_view>

namespace flux::admission {

/// The value of the one cookie of that name in a `Cookie` field (RFC 6265, 4.2). Nothing if there are two: a page on
/// another port or a sibling host may have set one of them, and nobody can tell which.
std::optional<std::string_view> only_cookie(std::string_view field, std::string_view name);

}  // namespace flux::admission
