#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transport/http_handler.hpp"

namespace flux::transport {

/// `Not Found` for 404; `Unknown` for what this server never sends.
std::string_view reason_phrase(int status);

/// Status line and `Date`. Continue with `append_field`, end with `append_body` or `append_head_end`.
void append_status(std::string& out, int status);

/// One field. Control characters in `value` become spaces, so that no value can begin another line.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// The empty line behind the last field.
void append_head_end(std::string& out);

/// `Content-Length`, the empty line and the body.
void append_body(std::string& out, std::string_view body);

/// How a response is framed on its connection.
struct ResponseFrame {
    bool keep_alive = true;  ///< false: `Connection: close`
    bool head_only = false;  ///< the answer to HEAD
    bool chunked = true;     ///< false for HTTP/1.0: a body of unknown length then ends with the connection
};

/// The whole response, but of a `file` or a `source` only the head: its bytes are for the caller to send.
void append_response(std::string& out, const HttpResponse& response, ResponseFrame frame);

}  // namespace flux::transport
