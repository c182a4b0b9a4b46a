#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/http_message.hpp"

namespace flux::providers::github {

/// Media types that GitHub's API answers in.
inline constexpr std::string_view json_media = "application/vnd.github+json";
inline constexpr std::string_view raw_media = "application/vnd.github.raw+json";

/// What every request to the API carries: who asks, in which version of the API, and in which form the answer comes.
net::HttpFields request_fields(const Secret& token, std::string_view media);

}  // namespace flux::providers::github
