#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/quota.hpp"
#include "net/http_message.hpp"

namespace flux::providers::github {

/// Whether the reply says that requests come too often, and not that something is forbidden: 429, or 403 with
/// `retry-after`, with nothing remaining, or with a message about a secondary limit
/// (docs.github.com, "Rate limits for the REST API").
bool says_too_often(const net::HttpReply& reply);

/// When the next request may go: keeps to what GitHub asks for, and to four fifths of its published points a minute
/// (900; a read is one, a write five), so that nobody else with the same token is starved. Thread-safe.
class Pacing {
public:
    explicit Pacing(const Clock& clock) : clock_{clock}, filled_at_{clock.steady_now()} {}

    /// Takes the request's points and returns how long to wait before it goes. `rate_limited` with the time when that
    /// is longer than `patience`; then nothing is taken.
    Result<std::chrono::milliseconds> take(bool writes, std::chrono::milliseconds patience);

    /// Takes note of the fields of a reply; after one that says_too_often(), nothing goes until GitHub's own time.
    void heed(const net::HttpReply& reply);

    /// What GitHub said last about this token's requests an hour.
    std::optional<builds::Quota> quota() const;
    /// Until when nothing goes, if that is later than now.
    std::optional<std::chrono::milliseconds> blocked_for() const;

private:
    std::chrono::milliseconds wait_asked(const net::HttpReply& reply);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::optional<builds::Quota> quota_;
    SteadyTime blocked_until_{};
    bool secondary_ = false;
    int secondary_in_a_row_ = 0;
    double points_ = 720;
    SteadyTime filled_at_;
};

}  // namespace flux::providers::github
