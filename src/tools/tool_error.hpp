#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "mcp/tool.hpp"
#include "tools/next_call.hpp"

namespace flux::tools {

/// What a call was about, as far as it is known: from it come the arguments of the calls that a failure suggests.
/// Members `branch`, `run_id`, `workflow`.
using About = boost::json::object;

/// A failure that the caller can act on, as an outcome: the message as text, and structured
/// `{error: {code, message, retry_after_ms?, request_id?}, next}`. Under the request id the log says more.
mcp::Outcome failed(const Error& error, const About& about = {}, std::string_view request_id = {});

/// The word for a failure: the reason, or else the kind.
std::string code_of(const Error& error);

}  // namespace flux::tools
