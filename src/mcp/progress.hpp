#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "mcp/reply.hpp"
#include "mcp/request_scope.hpp"

namespace flux::mcp {

/// What a client is told of one call on its way: strictly growing, and no more often than `interval`.
class Progress {
public:
    Progress(const RequestScope& scope, const Clock& clock, std::chrono::milliseconds interval);

    /// Tells it, unless the client didn't ask, it comes too early, it doesn't grow, or the peer reads too slowly.
    void tell(Reply& reply, double done, std::optional<double> total, std::string_view message);

private:
    std::string token_;
    bool messages_;
    const Clock& clock_;
    std::chrono::milliseconds interval_;
    std::optional<double> last_;
    SteadyTime told_at_{};
};

}  // namespace flux::mcp
