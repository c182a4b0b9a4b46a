#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mcp/message.hpp"
#include "mcp/paged_list.hpp"
#include "mcp/param_headers.hpp"
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"
#include "mcp/tasks.hpp"

namespace flux::mcp {

/// The tools of the catalogue: what `tools/list` shows and what `tools/call` does. Built once, then read only.
class ToolCalls {
public:
    /// Throws std::invalid_argument for two tools that cannot be told apart by either spelling of their names, and for
    /// one without exactly one way to run.
    ToolCalls(std::vector<Tool> tools, const ServerOptions& options, const CallRules& rules,
              std::shared_ptr<Tasks> tasks);

    bool empty() const { return tools_.empty(); }

    /// The list, names in `style` (which isn't `automatic`).
    const PagedList& list(NameStyle style) const { return style == NameStyle::safe ? safe_ : dotted_; }

    /// Calls a tool. A quick one has answered when this returns, and nullptr comes back; else what runs.
    std::shared_ptr<RunningCall> call(const Request& request, CallSite&& site) const;

private:
    std::shared_ptr<RunningCall> answer_at_once(const Tool& tool, const Request& request, json::Arguments arguments,
                                                CallSite& site) const;
    std::shared_ptr<RunningCall> start(const Tool& tool, const Request& request, json::Arguments arguments,
                                       CallSite site) const;
    std::shared_ptr<RunningCall> begin_task(const Tool& tool, const Request& request, json::Arguments arguments,
                                            CallSite& site) const;
    WireError unknown(std::string_view name) const;

    struct Entry {
        Tool tool;
        ParamHeaders headers;
    };
    static std::vector<Entry> entries(std::vector<Tool> tools);
    static PagedList listed(const std::vector<Entry>& entries, NameStyle style, std::size_t page_size);

    std::vector<Entry> tools_;
    std::unordered_map<std::string, const Entry*> by_name_;
    PagedList dotted_;
    PagedList safe_;
    std::size_t max_arguments_bytes_;
    const CallRules& rules_;
    std::shared_ptr<Tasks> tasks_;
};

}  // namespace flux::mcp
