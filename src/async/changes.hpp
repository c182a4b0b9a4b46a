#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "async/task.hpp"

namespace flux::async {

/// A counter that can be waited for: how a long poll learns that something moved. Thread-safe; any thread may `bump`,
/// any number of tasks on any executors may wait.
///
/// Read the version, look at the state, then wait beyond that version: a change between the two is never missed.
class Changes {
public:
    Changes();
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;
    ~Changes();

    std::uint64_t version() const;

    /// Counts one change and wakes every waiter.
    void bump();

    /// Ends when the version has passed `seen` (true) or at `deadline` (false). Throws when its task is cancelled.
    Task<bool> wait_beyond(std::uint64_t seen, std::chrono::steady_clock::time_point deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace flux::async
