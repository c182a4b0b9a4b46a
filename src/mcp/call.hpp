#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "admission/visitor.hpp"

namespace flux::mcp {

/// What a tool, a resource or a prompt is given beside its arguments: who calls, until when, and a way to tell how it
/// goes. Lives on the executor of the call.
class Call {
public:
    virtual ~Call() = default;

    virtual const admission::Visitor& visitor() const = 0;

    /// When the answer has to be there. What waits stops waiting a moment before.
    virtual std::chrono::steady_clock::time_point deadline() const = 0;

    /// Tells the client how far the work is, if it asked to be told. `done` grows from call to call; what comes faster
    /// than the server's progress interval is dropped.
    virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;
};

}  // namespace flux::mcp
