#include "mcp/task_journal.hpp"

#include <array>

namespace flux::mcp {

std::string_view name_of(TaskStatus status) {
    switch (status) {
    case TaskStatus::working: return "working";
    case TaskStatus::input_required: return "input_required";
    case TaskStatus::completed: return "completed";
    case TaskStatus::failed: return "failed";
    case TaskStatus::cancelled: return "cancelled";
    }
    return {};
}

std::optional<TaskStatus> task_status(std::string_view name) {
    constexpr std::array all{TaskStatus::working, TaskStatus::input_required, TaskStatus::completed, TaskStatus::failed,
                             TaskStatus::cancelled};
    for (const auto status : all) {
        if (name_of(status) == name) return status;
    }
    return {};
}

bool is_last(TaskStatus status) { return status != TaskStatus::working && status != TaskStatus::input_required; }

}  // namespace flux::mcp
