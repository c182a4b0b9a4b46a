#pragma once

#include "net/url.hpp"

namespace flux::net {

/// Whether the environment sends a request for `url` through a proxy: `https_proxy` or `all_proxy` (or in capitals; for
/// http only `http_proxy` in small letters, because a CGI program gets the other from its client), unless `no_proxy`
/// names the host: itself, a domain above it, an address block it lies in, or `*` (libcurl's rules,
/// curl.se/docs/manpage.html#--noproxy).
bool goes_through_proxy(const Url& url);

}  // namespace flux::net
