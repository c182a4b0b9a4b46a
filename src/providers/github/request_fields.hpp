#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/http_message.hpp"

namespace flux::providers::github {

/// Media types that GitHub's API answers in.
inline constexpr std::string_view json_media = "application/vnd.github+json";
inline constexpr std::string_view raw_media = "application/vnd.github.raw+json";

/// Versions of the API that this server speaks (docs.github.com, "API versions"). The newer one is that of github.com
/// and ghe.com; what differs for us is that a dispatch says which run it started without being asked. Enterprise
/// Servers know the older one.
enum class ApiVersion { of_2022, of_2026 };

/// What every request to the API carries: who asks, in which version of the API, and in which form the answer comes.
net::HttpFields request_fields(const Secret& token, std::string_view media, ApiVersion version);

}  // namespace flux::providers::github
