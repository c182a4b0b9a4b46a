#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admission/visitor.hpp"
#include "base/error.hpp"
#include "transport/http_handler.hpp"
#include "transport/http_request.hpp"

namespace flux::transport {

/// The HTTP status of a refusal: one of the two tables from `Errc` to the outside.
int status_of(Errc code);

/// `error` as a response: `{"error":{"code":…,"message":…,"reason":…}}`, with `WWW-Authenticate` on a 401 and
/// `Retry-After` where trying again makes sense.
HttpResponse reply(const Error& error);

/// The same shape, for what the wire codec refuses.
HttpResponse reply(const HttpRefusal& refusal);

/// 405, with the methods that would do.
HttpResponse reply_not_allowed(std::string_view allowed);

using FieldList = std::vector<std::pair<std::string, std::string>>;

/// `Retry-After`, `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), for a 429.
FieldList limit_fields(const admission::TurnRefused& refused);

}  // namespace flux::transport
