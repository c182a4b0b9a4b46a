#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mcp/completion.hpp"
#include "mcp/message.hpp"
#include "mcp/paged_list.hpp"
#include "mcp/prompt.hpp"
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"

namespace flux::mcp {

/// The prompts of the catalogue: what `prompts/list` shows and what `prompts/get` does. Built once, then read only.
class Prompts {
public:
    /// Throws std::invalid_argument for two prompts of one name, and for one that cannot be got.
    Prompts(std::vector<Prompt> prompts, const ServerOptions& options, const CallRules& rules);

    bool empty() const { return prompts_.empty(); }
    const PagedList& list() const { return list_; }

    std::shared_ptr<RunningCall> get(const Request& request, CallSite site) const;

    /// What completes an argument; empty if nothing does. -32602 for a prompt or an argument that doesn't exist.
    tl::expected<Completer, WireError> completer(std::string_view prompt, std::string_view argument) const;

private:
    using Shared = std::shared_ptr<const Prompt>;

    Shared find(std::string_view name) const;
    WireError unknown(std::string_view name) const;

    std::vector<Shared> prompts_;  // shared, because a call may outlive the server
    PagedList list_;
    const CallRules& rules_;
};

}  // namespace flux::mcp
