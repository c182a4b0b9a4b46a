#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace flux::mcp {

/// The states of the extension `io.modelcontextprotocol/tasks`; the last three are final.
enum class TaskStatus { working, input_required, completed, failed, cancelled };

/// Its word on the wire.
std::string_view name_of(TaskStatus status);
std::optional<TaskStatus> task_status(std::string_view name);
bool is_last(TaskStatus status);

/// How a task ended.
struct TaskEnd {
    TaskStatus status = TaskStatus::completed;
    std::string message;  ///< how it stood, for people and models
    std::string outcome;  ///< the result or the error, as JSON; empty if it was cancelled
    WallTime at{};
};

/// A task as it is written down, to be there after the process that began it.
struct KeptTask {
    std::string id;
    std::string principal;
    std::string tool;     ///< whose `Tool::resume` makes of `rest` what is still to be waited for
    std::string rest;     ///< `Rest::kept`
    std::string message;  ///< how it stood at its beginning
    WallTime created_at{};
    WallTime until{};  ///< when it is forgotten
    std::optional<TaskEnd> end = {};
};

/// Where tasks are written down. Thread-safe.
class TaskJournal {
public:
    virtual ~TaskJournal() = default;

    /// All that is written down, but what is to be forgotten by `now`. Blocks; for the start.
    virtual std::vector<KeptTask> load(WallTime now) = 0;

    /// Writes a new task down, then calls `done` on any thread, or at once: whether the task is safe.
    virtual void begin(KeptTask task, std::function<void(bool)> done) = 0;

    /// Writes down how the task `id` ended, then calls `done` on any thread, or at once. What can't be written down is
    /// in the log, and would be found out again after a restart.
    virtual void end(std::string id, TaskEnd end, std::function<void()> done) = 0;
};

}  // namespace flux::mcp
