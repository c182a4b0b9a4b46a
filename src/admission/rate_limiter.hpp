#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "admission/visitor.hpp"
#include "base/clock.hpp"

namespace flux::admission {

struct RateLimit {
    int turns = 30;  ///< in any window; 0: no limit
    std::chrono::milliseconds window{60'000};
    std::size_t max_principals = 100'000;  ///< known at one time
};

/// Budgets of all principals. Exact: of one principal never more than `turns` are accepted in any stretch of `window`,
/// over all its connections, threads and transports. Monotonic time, so a moved wall clock changes nothing.
///
/// A budget is forgotten only when it is whole again and nobody holds it. While `max_principals` others are known, a
/// newcomer is refused instead of given a budget that could not be remembered. Thread-safe; what it gave out may
/// outlive it.
class RateLimiter {
public:
    RateLimiter(RateLimit limit, const Clock& clock);
    ~RateLimiter();
    RateLimiter(RateLimiter&&) noexcept;
    RateLimiter& operator=(RateLimiter&&) noexcept;

    /// The principal's budget: the same one however often it is asked for.
    std::shared_ptr<Turns> turns_of(std::string_view principal) const;

    /// Budgets remembered now.
    std::size_t principals() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

/// Turns without end, for the operator's own terminal.
std::shared_ptr<Turns> unlimited_turns();

}  // namespace flux::admission
