#include "tools/call_counts.hpp"

#include <algorithm>

namespace flux::tools {

CallCounts::CallCounts(observe::Metrics& metrics, const std::vector<std::string>& tools) {
    const auto series = [&metrics](const std::string& tool, const char* outcome) {
        return &metrics.counter("fluxmcp_tool_calls_total", "Calls of tools by what they were answered with.",
                                {{"tool", tool}, {"outcome", outcome}});
    };
    for (const auto& tool : tools) {
        rows_.push_back({.tool = tool, .answered = series(tool, "ok"), .failed = series(tool, "error")});
    }
}

void CallCounts::count(std::string_view tool, bool is_error) const {
    const auto row = std::ranges::find(rows_, tool, &Row::tool);
    if (row != rows_.end()) (is_error ? row->failed : row->answered)->add();
}

}  // namespace flux::tools
