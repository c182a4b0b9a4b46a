#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "admission/visitor.hpp"
#include "mcp/client_abilities.hpp"
#include "mcp/log_level.hpp"

namespace flux::mcp {

/// What a tool, a resource or a prompt is given beside its arguments: who calls, until when, and a way to tell how it
/// goes. Lives on the executor of the call.
class Call {
public:
    virtual ~Call() = default;

    virtual const admission::Visitor& visitor() const = 0;

    /// Names the call in the log, and in an error that its client gets.
    virtual std::string_view request_id() const { return {}; }

    /// When the answer has to be there. What waits stops waiting a moment before.
    virtual std::chrono::steady_clock::time_point deadline() const = 0;

    /// Tells the client how far the work is, if it asked to be told. `done` grows from call to call; what comes faster
    /// than the server's progress interval is dropped.
    virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;

    /// Says something on the protocol's log, if the client wants to hear of this level. `data` is JSON.
    virtual void log(LogLevel, std::string_view /*logger*/, std::string_view /*data*/) {}

    /// What the client can be asked for (mcp/input.hpp).
    virtual ClientAbilities client() const { return {}; }

    /// Whether nobody holds a request open for the answer, because it is written down for its client to fetch
    /// (mcp/tasks.hpp): then `progress` is what whoever looks at the task reads.
    virtual bool is_task() const { return false; }

    /// What was answered to the request with this key in the round before: the result, as JSON. Nullptr: nothing was,
    /// so ask (again). It comes from outside: check it.
    virtual const std::string* input(std::string_view /*key*/) const { return nullptr; }

    /// The state that the round before handed out; empty in the first.
    virtual std::string_view state() const { return {}; }

    /// Closes the event stream on which the answer would come, if the client can get it later by asking for the rest of
    /// the stream; else does nothing. For work that takes long and says little.
    virtual void let_poll() {}
};

}  // namespace flux::mcp
