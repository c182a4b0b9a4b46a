#include "transport/http_reply.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace flux::transport {

namespace {

HttpResponse json_reply(int status, std::string_view code, std::string_view message, std::string_view reason) {
    boost::json::object error;
    error["code"] = code;
    error["message"] = message;
    if (!reason.empty()) error["reason"] = reason;
    boost::json::object body;
    body["error"] = std::move(error);
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = boost::json::serialize(body);
    return response;
}

/// Whole seconds, never earlier than it is due, and never none.
std::int64_t seconds_until(std::chrono::milliseconds time) {
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace

int status_of(Errc code) {
    switch (code) {
    case Errc::invalid_argument: return 400;
    case Errc::unauthenticated: return 401;
    case Errc::forbidden: return 403;
    case Errc::not_found: return 404;
    case Errc::conflict: return 409;
    case Errc::rate_limited: return 429;
    case Errc::too_large: return 413;
    case Errc::unsupported: return 415;
    case Errc::upstream_failed: return 502;
    case Errc::unavailable: return 503;
    case Errc::timed_out: return 504;
    case Errc::cancelled: return 409;
    case Errc::internal: return 500;
    }
    return 500;
}

HttpResponse reply(const Error& error) {
    auto response = json_reply(status_of(error.code), name_of(error.code), error.message, error.reason);
    if (response.status == 401) response.fields.emplace_back("WWW-Authenticate", "Bearer");
    if (error.retry_after) {
        response.fields.emplace_back("Retry-After", fmt::to_string(seconds_until(*error.retry_after)));
    } else if (response.status == 429 || response.status == 503) {
        response.fields.emplace_back("Retry-After", "1");
    }
    return response;
}

HttpResponse reply(const HttpRefusal& refusal) {
    const auto code = refusal.status == 413 || refusal.status == 414 || refusal.status == 431 ? Errc::too_large
                      : refusal.status >= 501 || refusal.status == 415                        ? Errc::unsupported
                                                                                              : Errc::invalid_argument;
    return json_reply(refusal.status, name_of(code), refusal.why, {});
}

HttpResponse reply_not_allowed(std::string_view allowed) {
    auto response = json_reply(405, name_of(Errc::unsupported), fmt::format("This path answers {}.", allowed),
                               "method_not_allowed");
    response.fields.emplace_back("Allow", std::string{allowed});
    return response;
}

FieldList limit_fields(const admission::TurnRefused& refused) {
    const auto seconds = seconds_until(refused.retry_after);
    return {{"Retry-After", fmt::to_string(seconds)},
            {"RateLimit-Policy", fmt::format("\"requests\";q={};w=60", refused.limit)},
            {"RateLimit", fmt::format("\"requests\";r=0;t={}", seconds)}};
}

}  // namespace flux::transport
