#pragma once

#include <string>
#include <string_view>

namespace flux::providers::github {

/// The URL of the next page in a `Link` field (RFC 8288), as it stands there; empty: there is none.
std::string next_page(std::string_view link);

}  // namespace flux::providers::github
