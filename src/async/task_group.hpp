#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include "async/task.hpp"

namespace flux::async {

/// Everything that was started and has not ended, so that it can be asked to stop and be waited for. There is no other
/// way to start a task: nothing is detached.
///
/// Belongs to one executor; all members are called on its thread.
class TaskGroup {
public:
    /// `on_failure` hears of each exception that leaves a task. This is the net under a connection: the task ends, the
    /// server lives.
    TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_failure);
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    /// Starts `task`; `on_end`, if given, runs after it ended in whatever way.
    void start(Task<> task, std::function<void()> on_end = {});

    /// Asks every task to stop: what it awaits ends with `operation_aborted`.
    void cancel();

    /// Ends when no task is left.
    Task<> wait();

    std::size_t size() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace flux::async
