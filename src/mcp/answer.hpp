#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/input.hpp"
#include "mcp/message.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The result of a method that isn't `tools/call`, before the request's era adds what its results carry.
struct Answer {
    std::string members;                                     ///< JSON without the braces around it
    std::optional<std::chrono::milliseconds> keep_for = {};  ///< of what may be kept at all; 0: not at all, yet
    std::string_view type = "complete";                      ///< `resultType`, where results have one
    std::string meta = {};                                   ///< members of the result's `_meta`
    std::optional<InputNeeded> needs = {};                   ///< set: this is no answer yet
    std::string afterwards = {};  ///< a notification for behind it, on a channel that other requests share
};

using Answered = tl::expected<Answer, WireError>;

/// No answer yet.
inline Answer asking(InputNeeded needed) {
    Answer answer;
    answer.needs = std::move(needed);
    return answer;
}

/// Appends `answer` as the response to `id`, on one line.
void write_answer(std::string& out, const Id& id, const RequestScope& scope, const Answer& answer);

}  // namespace flux::mcp
