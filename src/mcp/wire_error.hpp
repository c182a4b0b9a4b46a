#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admission/visitor.hpp"
#include "base/result.hpp"

namespace flux::mcp {

/// A failure in the words of JSON-RPC, and the status that goes with it where there are statuses.
struct WireError {
    int code;
    std::string message;
    std::string data = {};  ///< JSON, or empty
    int http_status = 200;
    std::optional<admission::TurnRefused> refused = {};
};

/// The table from `Error` to JSON-RPC. What a caller of a tool can act on doesn't come here: that is an outcome.
WireError wire_error(const Error& error);

/// The text isn't JSON that can be accepted; `reason` says why.
WireError unreadable(std::string_view reason);
/// JSON, but no JSON-RPC message, or not now.
WireError invalid_request(std::string_view reason);
WireError method_not_found(std::string_view method);
WireError invalid_params(std::string_view reason);
/// Something broke here; `request_id` finds it in the log.
WireError internal_error(std::string_view request_id);
/// Something has to be said before the answer, to a client that takes no event stream: 406; `reason` says what.
WireError stream_needed(std::string_view reason);
/// A header is missing, malformed, or says something else than the body.
WireError header_mismatch(std::string_view reason);
/// `requested` isn't a revision whose requests speak for themselves.
WireError unsupported_version(std::string_view requested);
/// A URI fits no resource, or names nothing. Its code differs between revisions: `code`.
WireError unknown_resource(std::string_view uri, std::string_view reason, int code);
/// The client would have to declare `capabilities` (JSON) first; the code differs between revisions.
WireError missing_capability(std::string_view capabilities, int code);
WireError out_of_turns(const admission::TurnRefused& refused);

}  // namespace flux::mcp
