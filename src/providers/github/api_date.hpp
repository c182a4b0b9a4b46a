#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace flux::providers::github {

/// `Thu, 26 Nov 2026 13:00:00 GMT` (IMF-fixdate, RFC 9110 5.6.7); nothing for other forms.
std::optional<WallTime> http_date(std::string_view text);

}  // namespace flux::providers::github
