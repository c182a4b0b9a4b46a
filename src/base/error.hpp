#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace flux {

/// What went wrong, chosen by what the receiver can do about it. Two tables alone turn it into wire errors:
/// `mcp/wire_error` and `transport/http_reply`.
enum class Errc {
    invalid_argument,
    unauthenticated,
    forbidden,
    not_found,
    conflict,
    rate_limited,
    too_large,
    unsupported,
    upstream_failed,
    unavailable,
    timed_out,
    cancelled,
    internal,
};

/// An expected failure as a value, written for the one who receives it.
///
/// `message` is a sentence that says what was wrong, where, and what to do next. It goes to clients: no secret, no
/// path of the server's machine, no internals. What only the operator may see goes to the log, under the request id.
struct Error {
    Errc code;
    std::string message;
    std::string reason = {};  ///< machine word for clients, e.g. `branch_not_found`; empty: the code's own name
    std::optional<std::chrono::milliseconds> retry_after = {};  ///< where trying again makes sense
};

/// The code's name as it is written in logs and results, e.g. `invalid_argument`.
const char* name_of(Errc code);

}  // namespace flux
