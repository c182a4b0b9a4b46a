#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http_message.hpp"

namespace flux::providers::github {

/// What GitHub said in the body of an error: `message`, with the details of a 422 behind it. Cleaned and short; empty
/// where the body is none of GitHub's.
std::string message_of(const net::HttpReply& reply);

/// A reply that is no success as an error with a next step (docs.github.com, "Troubleshooting the REST API").
/// `what` completes "GitHub refused to …", e.g. "list the runs"; `repository` is `owner/name`.
Error error_from(const net::HttpReply& reply, std::string_view what, std::string_view repository);

}  // namespace flux::providers::github
