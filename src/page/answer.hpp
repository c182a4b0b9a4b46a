#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/http_handler.hpp"

namespace flux::page {

/// `{"error":{"code","message",…}}` for the page: as everywhere, but never kept by a cache.
transport::HttpResponse refusal(const Error& error);

/// JSON that no cache keeps.
transport::HttpResponse json_answer(std::string body);

/// 204, and what else is in `fields`.
transport::HttpResponse empty_answer();

/// Says of every answer of the page's paths what a browser may do with it: nothing but what our own page does.
void append_security_fields(transport::HttpResponse& response);

}  // namespace flux::page
