#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace flux::providers::github {

/// Stops asking a server that doesn't answer: opens after five failures in a row, or when half of at least ten requests
/// within 30 s failed; after 30 s one request may try again, and its outcome decides. Thread-safe.
class CircuitBreaker {
public:
    explicit CircuitBreaker(const Clock& clock) : clock_{clock} {}

    /// Whether a request may go. `unavailable` with reason `upstream_unavailable` and the time until the next try.
    Result<void> admit();
    void succeeded();
    void failed();
    /// The request that was admitted never went, or told nothing about the server.
    void undecided();

    enum class State { closed, open, half_open };
    State state() const;

private:
    void open();

    const Clock& clock_;
    mutable std::mutex mutex_;
    State state_ = State::closed;
    bool probing_ = false;
    int in_a_row_ = 0;
    SteadyTime opened_at_{};
    std::deque<std::pair<SteadyTime, bool>> outcomes_;  ///< of the last 30 s
};

const char* name_of(CircuitBreaker::State state);

}  // namespace flux::providers::github
