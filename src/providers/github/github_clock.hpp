#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.hpp"
#include "net/http_message.hpp"

namespace flux::providers::github {

/// GitHub's time, by the `Date` of its answers (RFC 9110 6.6.1): what it says of times is held against its own clock,
/// because ours may be wrong. Until the first answer it is ours. Thread-safe.
class GithubClock {
public:
    explicit GithubClock(const Clock& clock) : clock_{clock} {}

    /// Takes note of a reply of the API; one without a date changes nothing.
    void heed(const net::HttpReply& reply);

    WallTime now() const { return clock_.wall_now() + difference(); }
    /// GitHub's time is ours plus this, to about a second.
    std::chrono::microseconds difference() const;

private:
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::chrono::microseconds difference_{0};
};

}  // namespace flux::providers::github
