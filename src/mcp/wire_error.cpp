#include "mcp/wire_error.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "json/writer.hpp"
#include "mcp/revision.hpp"

namespace flux::mcp {

namespace {

constexpr int parse_error = -32700;
constexpr int invalid_request_code = -32600;
constexpr int method_not_found_code = -32601;
constexpr int invalid_params_code = -32602;
constexpr int internal_error_code = -32603;
constexpr int header_mismatch_code = -32020;
constexpr int unsupported_version_code = -32022;
constexpr int refused_code = -32000;  // the one of our own that old clients know

struct Row {
    int code;
    int http_status;
};

Row row_of(Errc code) {
    switch (code) {
    case Errc::invalid_argument: return {invalid_params_code, 200};
    case Errc::not_found: return {invalid_params_code, 200};
    case Errc::unauthenticated: return {refused_code, 401};
    case Errc::forbidden: return {refused_code, 403};
    case Errc::conflict: return {invalid_request_code, 400};
    case Errc::rate_limited: return {refused_code, 429};
    case Errc::too_large: return {invalid_request_code, 400};
    case Errc::unsupported: return {method_not_found_code, 200};
    case Errc::upstream_failed: return {refused_code, 200};
    case Errc::unavailable: return {refused_code, 503};
    case Errc::timed_out: return {refused_code, 200};
    case Errc::cancelled: return {refused_code, 200};
    case Errc::internal: return {internal_error_code, 200};
    }
    return {internal_error_code, 200};
}

}  // namespace

WireError wire_error(const Error& error) {
    const auto row = row_of(error.code);
    std::string data;
    json::Writer writer{data};
    writer.object().key("reason").string(error.reason.empty() ? name_of(error.code) : error.reason);
    if (error.retry_after) writer.key("retryAfterMs").integer(error.retry_after->count());
    writer.end_object();
    return {.code = row.code, .message = error.message, .data = std::move(data), .http_status = row.http_status};
}

WireError unreadable(std::string_view reason) {
    return {.code = parse_error, .message = std::string{reason}, .http_status = 400};
}

WireError invalid_request(std::string_view reason) {
    return {.code = invalid_request_code, .message = std::string{reason}, .http_status = 400};
}

WireError method_not_found(std::string_view method) {
    return {.code = method_not_found_code, .message = fmt::format("There is no method `{}`.", shortened(method, 80))};
}

WireError invalid_params(std::string_view reason) {
    return {.code = invalid_params_code, .message = std::string{reason}};
}

WireError internal_error(std::string_view request_id) {
    return {.code = internal_error_code,
            .message = fmt::format("Something broke in the server. Its log tells more under the id {}.", request_id)};
}

WireError stream_needed(std::string_view reason) {
    return {.code = invalid_request_code,
            .message = fmt::format("{} Send `Accept: application/json, text/event-stream`.", reason),
            .http_status = 406};
}

WireError header_mismatch(std::string_view reason) {
    return {.code = header_mismatch_code, .message = std::string{reason}, .http_status = 400};
}

WireError unsupported_version(std::string_view requested) {
    std::string data;
    json::Writer{data}
        .object()
        .key("supported")
        .array()
        .string(name_of(first_stateless))
        .end_array()
        .key("requested")
        .string(shortened(requested, 80))
        .end_object();
    return {.code = unsupported_version_code,
            .message = fmt::format("Protocol version {} isn't spoken here.", shortened(requested, 80)),
            .data = std::move(data),
            .http_status = 400};
}

WireError unknown_resource(std::string_view uri, std::string_view reason, int code) {
    std::string data;
    json::Writer{data}.object().key("uri").string(shortened(uri, 1024)).end_object();
    return {.code = code, .message = std::string{reason}, .data = std::move(data)};
}

WireError missing_capability(std::string_view capabilities, int code) {
    std::string data;
    json::Writer{data}.object().key("requiredCapabilities").raw(capabilities).end_object();
    // Where an error has no status of its own, it is told as one that the call ended with.
    return {.code = code,
            .message = "This cannot be done without asking the client for something that it doesn't offer.",
            .data = std::move(data),
            .http_status = code == invalid_request_code ? 200 : 400};
}

WireError out_of_turns(const admission::TurnRefused& refused) {
    std::string data;
    json::Writer{data}
        .object()
        .key("resetAt")
        .integer(refused.reset_at.time_since_epoch().count())
        .key("retryAfterMs")
        .integer(refused.retry_after.count())
        .key("limit")
        .integer(refused.limit)
        .end_object();
    return {.code = refused_code,
            .message = fmt::format("Rate limit exceeded: {} requests a minute. Try again in {} ms.", refused.limit,
                                   refused.retry_after.count()),
            .data = std::move(data),
            .http_status = 429,
            .refused = refused};
}

}  // namespace flux::mcp
