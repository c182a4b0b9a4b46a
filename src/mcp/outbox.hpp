#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "admission/visitor.hpp"

namespace flux::mcp {

/// What a response means outside JSON-RPC. Transports without status codes ignore it.
struct Delivery {
    int http_status = 200;
    std::string session_id = {};  ///< for `Mcp-Session-Id`, on the answer to `initialize` over HTTP
    std::optional<admission::TurnRefused> refused = {};  ///< for 429: `Retry-After` and the RateLimit headers
    std::string event_id = {};  ///< of the response, where it ends an event stream that can be resumed
};

/// Where what the server says goes: over WebSocket and stdio one for a connection's life, over HTTP one for each POST
/// or GET. Implemented by transports; called on the connection's executor only, and never after `close` was told to the
/// stream or exchange it belongs to.
class Outbox {
public:
    virtual ~Outbox() = default;

    /// A message that isn't the response: a notification, or a request of a legacy server. Over HTTP the first one
    /// turns the reply into an event stream.
    virtual void send(std::string_view message) = 0;

    /// The same with an id, from which a client can have the stream go on later. An empty `message` begins a stream
    /// that says nothing yet; `retry`, if it isn't 0, says how long a client waits before it comes back.
    virtual void send_event(std::string_view /*id*/, std::string_view message, std::chrono::milliseconds /*retry*/) {
        if (!message.empty()) send(message);
    }

    /// Closes an event stream before its response: the client is to ask for the rest. Elsewhere there is nothing to
    /// close.
    virtual void release() {}

    /// The response to a request. Over HTTP it ends the exchange; an empty `message` is a reply without a body (202).
    virtual void respond(std::string_view message, const Delivery& delivery) = 0;

    /// Whether `send` reaches the peer at all: not one over HTTP that takes no event stream.
    virtual bool takes_messages() const { return true; }

    /// Whether the peer would have the response as the event of a stream, too.
    virtual bool wants_stream() const { return false; }

    /// Whether the peer reads so slowly that progress should be left out for now.
    virtual bool congested() const { return false; }
};

}  // namespace flux::mcp
