#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "mcp/call.hpp"
#include "mcp/named_texts.hpp"

namespace flux::mcp {

/// What somebody has typed of one argument.
struct CompletionQuery {
    std::string value = {};     ///< so far; may be empty
    NamedTexts arguments = {};  ///< those of the same prompt or template that are settled already
};

/// What it could become, the best first. More than 100 values are cut to 100, and the client told that there are more.
struct Completion {
    std::vector<std::string> values = {};
    std::optional<std::int64_t> total = {};  ///< if it is known
    bool has_more = false;
};

/// Completes one argument of a prompt or one variable of a resource template. Runs on the executor of the call.
using Completer = std::function<async::Task<Result<Completion>>(CompletionQuery, std::shared_ptr<Call>)>;

}  // namespace flux::mcp
