#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/http_message.hpp"
#include "providers/github/github_options.hpp"

namespace flux::providers::github {

/// A request for what the API leads to by an address that is signed and good for a minute: without credentials, not
/// weaker than the API itself, and not into our own network unless GitHub itself lies there. Behind a proxy, the proxy
/// decides where it goes. `upstream_failed` with reason `redirect_refused`.
Result<net::HttpRequest> request_for_signed(std::string_view location, const GithubOptions& options);

}  // namespace flux::providers::github
