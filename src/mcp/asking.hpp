#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/writer.hpp"
#include "mcp/input.hpp"
#include "mcp/message.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// `elicitation/create`, `sampling/createMessage` or `roots/list`.
std::string_view method_of(InputRequest::Kind kind);

/// What `needed` takes that the client of `scope` hasn't said it can do.
std::optional<WireError> missing_ability(const InputNeeded& needed, const RequestScope& scope);

/// Appends the result that says what is needed; `sealed` is the state, ready to be handed out, or empty.
void write_needed(std::string& out, const Id& id, const RequestScope& scope, const InputNeeded& needed,
                  std::string_view sealed);

/// One of the requests as a member of `inputRequests`.
void write_input_request(json::Writer& writer, const InputRequest& request);

/// Appends one of the requests as the server's own. One that names a page is given an `elicitationId` (2025-11-25).
void write_request(std::string& out, const Id& id, const InputRequest& request);

/// Reads what a client brings from the round before: `inputResponses`, an object. What isn't a result is left out.
Round read_inputs(json::Raw responses);

}  // namespace flux::mcp
