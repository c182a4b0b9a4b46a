#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/quota.hpp"
#include "net/http_message.hpp"
#include "providers/github/turn_queue.hpp"

namespace flux::providers::github {

/// Whether the reply says that requests come too often, and not that something is forbidden: 429, or 403 with
/// `retry-after`, with nothing remaining, or with a message about a secondary limit
/// (docs.github.com, "Rate limits for the REST API").
bool says_too_often(const net::HttpReply& reply);

/// When the next request may go, and whose it is: keeps to what GitHub asks for, and to four fifths of its published
/// points a minute (900; a read is one, a write five), so that nobody else with the same token is starved, and to so
/// many at once. When not all can go, each principal's requests go in turn with everybody else's, so that none of them
/// is starved either. Thread-safe.
class Pacing {
public:
    Pacing(const Clock& clock, std::size_t at_once)
        : clock_{clock}, at_once_{at_once}, filled_at_{clock.steady_now()} {}

    /// A request that goes: of those at once, it is one for as long as this lives.
    class Going {
    public:
        explicit Going(Pacing& pacing) : pacing_{&pacing} {}
        Going(Going&& other) noexcept : pacing_{std::exchange(other.pacing_, nullptr)} {}
        Going& operator=(Going&&) = delete;
        ~Going() {
            if (pacing_ != nullptr) pacing_->come_back();
        }

    private:
        Pacing* pacing_;
    };

    /// Ends when a request of `principal` may go (empty: the server itself). `rate_limited` with the time when a limit
    /// doesn't let it within `patience`: at once where that is known, else when the patience is at its end; and when
    /// too many others were on their way for much longer.
    async::Task<Result<Going>> take(std::string principal, bool writes, std::chrono::milliseconds patience);

    /// The steps of take(). A place in the queue, which has to be left; or `rate_limited`.
    Result<std::shared_ptr<Turn>> enter(std::string principal, bool writes, std::chrono::milliseconds patience);
    /// Zero: it goes now, is in the queue no longer, and has to come back. Else how long to wait before looking again,
    /// unless it is called before. `rate_limited` when its patience is at its end, or nothing goes before that.
    Result<std::chrono::milliseconds> look(Turn& turn);
    /// Waits no longer.
    void leave(const Turn& turn);
    /// One that went has its answer, or never gets one.
    void come_back();

    /// How many wait.
    std::size_t waiting() const;

    /// Takes note of the fields of a reply; after one that says_too_often(), nothing goes until GitHub's own time.
    void heed(const net::HttpReply& reply);

    /// What GitHub said last about this token's requests an hour.
    std::optional<builds::Quota> quota() const;
    /// Until when nothing goes, if that is later than now.
    std::optional<std::chrono::milliseconds> blocked_for() const;

private:
    std::chrono::milliseconds wait_asked(const net::HttpReply& reply);
    void refill(SteadyTime now);
    std::chrono::milliseconds blocked_at(SteadyTime now) const;
    std::chrono::milliseconds until_there_are(int points) const;
    Error refusal(std::chrono::milliseconds blocked, std::chrono::milliseconds wait) const;

    const Clock& clock_;
    const std::size_t at_once_;
    mutable std::mutex mutex_;
    std::optional<builds::Quota> quota_;
    SteadyTime blocked_until_{};
    bool secondary_ = false;
    int secondary_in_a_row_ = 0;
    double points_ = 720;
    SteadyTime filled_at_;
    TurnQueue queue_;
    std::size_t on_their_way_ = 0;
};

}  // namespace flux::providers::github
