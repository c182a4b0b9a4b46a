#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "mcp/event_log.hpp"
#include "mcp/outbox.hpp"

namespace flux::mcp {

/// The way from a request, or from a batch of them, back to its client, together with the event stream that it becomes
/// when something is said before the answer. In a session that stream is written down, so that a client that lost it
/// comes back for the rest; whoever does takes it over, and nothing more is said where it was. Lives on the executor of
/// its outbox.
class ReplyPath {
public:
    /// `events`: of the session; nullptr where nobody can come back.
    explicit ReplyPath(std::shared_ptr<Outbox> outbox = nullptr, std::shared_ptr<EventLog> events = nullptr)
        : outbox_{std::move(outbox)}, events_{std::move(events)} {}

    /// Whether anything that is said may still be heard.
    bool is_open() const { return outbox_ || has_stream(); }
    /// Whether the client takes anything but the answer.
    bool takes_messages() const { return !outbox_ || outbox_->takes_messages(); }
    bool congested() const;

    /// Begins the stream of a client that wants one in any case and could come back to it: now, and not only when there
    /// is something to say, because without the id of its beginning it could not.
    void begin_wanted();

    /// What isn't the answer.
    void notify(std::string_view message);
    /// The answer; empty: there is none. It is the last that is said.
    void respond(std::string_view message, const Delivery& delivery);
    /// Gives up the way back, of which the client knows; `told`: as an answer without a body.
    void end(bool told);
    /// The way back is gone, but the client may come back for what was written down.
    void detach();
    /// Closes the way back if the client can come back.
    void release();
    /// Where it leads; nullptr once it is used up or gone.
    const std::shared_ptr<Outbox>& outbox() const { return outbox_; }

private:
    bool has_stream() const { return stream_ != EventLog::own_stream; }
    void begin_stream();
    void forget_stream();

    std::shared_ptr<Outbox> outbox_;
    std::shared_ptr<EventLog> events_;
    std::uint64_t stream_ = EventLog::own_stream;  ///< in the log, once there is one
};

}  // namespace flux::mcp
