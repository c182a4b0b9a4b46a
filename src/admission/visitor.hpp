#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace flux::admission {

/// Where a refusal says when the next turn is.
struct TurnRefused {
    std::chrono::milliseconds retry_after;
    std::chrono::sys_time<std::chrono::milliseconds> reset_at;
    int limit;
};

/// One principal's budget. Shared by all its connections, threads and transports: reconnecting resets nothing.
/// Thread-safe.
class Turns {
public:
    virtual ~Turns() = default;

    /// Takes one turn, or says when the next one is.
    virtual tl::expected<void, TurnRefused> take() = 0;
};

/// Someone who was let in: who they are, and what they may still do.
struct Visitor {
    std::string principal;  ///< stable name: `token:<digest prefix>`, `address:127.0.0.1`, `local`; never the token
    bool authenticated = false;
    std::shared_ptr<Turns> turns;  ///< never null; unlimited for the operator's own terminal
};

}  // namespace flux::admission
