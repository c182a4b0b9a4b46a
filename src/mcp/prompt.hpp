#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "mcp/call.hpp"
#include "mcp/completion.hpp"
#include "mcp/content.hpp"
#include "mcp/input.hpp"
#include "mcp/named_texts.hpp"

namespace flux::mcp {

struct PromptArgument {
    std::string name = {};
    std::string description = {};
    bool required = false;
    Completer complete = {};  ///< optional
};

struct PromptMessage {
    enum class Role { user, assistant };
    Content content = {};
    Role role = Role::user;
};

/// What a prompt has become with its arguments.
struct PromptText {
    std::vector<PromptMessage> messages = {};
    std::string description = {};
    std::optional<InputNeeded> needs = {};  ///< set: this is no answer yet
};

/// A prompt as a value.
struct Prompt {
    std::string name = {};
    std::string title = {};
    std::string description = {};
    std::vector<PromptArgument> arguments = {};

    /// Fills it in. It gets what the client gave, without names that aren't its own; the required ones are there.
    std::function<async::Task<Result<PromptText>>(NamedTexts arguments, std::shared_ptr<Call>)> get = {};
};

}  // namespace flux::mcp
