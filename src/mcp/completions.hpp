#pragma once

#include <memory>
#include <string>

#include "mcp/completion.hpp"
#include "mcp/message.hpp"
#include "mcp/running_call.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// What a `completion/complete` asks for: an argument of a prompt (by name) or of a template (by its URI).
struct CompletionRequest {
    enum class Kind { prompt, resource };
    Kind kind;
    std::string reference;
    std::string argument;
    CompletionQuery query;

    static tl::expected<CompletionRequest, WireError> read(json::Raw params);
};

/// Asks `completer`, which may be empty: then nothing can be suggested. What runs, or nullptr.
std::shared_ptr<RunningCall> complete_argument(const Request& request, CompletionQuery query, Completer completer,
                                               CallSite site, const CallRules& rules);

}  // namespace flux::mcp
