#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mcp/batch.hpp"
#include "mcp/codec.hpp"
#include "mcp/event_log.hpp"
#include "mcp/outbox.hpp"

namespace flux::mcp {

/// Where the answer to one request goes, whatever carried the request. Used up by `finish`, `fail`, `drop` or
/// `abandon`; afterwards everything said to it is lost. Lives on the executor of its outbox.
class Reply {
public:
    enum class Carrier { stream, exchange };

    /// `events`: where what is said before the answer is written down, so that the client can come back for it.
    Reply(std::shared_ptr<Outbox> outbox, Carrier carrier, std::shared_ptr<EventLog> events = nullptr)
        : outbox_{std::move(outbox)}, events_{std::move(events)}, carrier_{carrier} {}
    explicit Reply(std::shared_ptr<Batch> batch) : batch_{std::move(batch)} {}

    bool is_open() const { return outbox_ || batch_ || has_stream(); }

    /// A notification that belongs to the request, or a request of the server's.
    void notify(std::string_view message);
    bool congested() const;

    /// A whole message.
    void finish(std::string_view message, const Delivery& delivery = {});
    /// The same, and a notification behind it where the channel goes on: one that other requests share.
    void finish(std::string_view message, std::string_view afterwards);
    /// A result, as JSON.
    void succeed(const Id& id, std::string_view result, const Delivery& delivery = {});
    void fail(const Id& id, const WireError& error);

    /// There will be no answer, because the client doesn't want it any more.
    void drop();
    /// There is nobody left to tell.
    void abandon();
    /// The way back is gone, but the client may come back for what was written down.
    void detach();
    /// Closes the way back if the client can come back.
    void release();

private:
    Outbox* outbox() const;
    bool has_stream() const { return stream_ != EventLog::own_stream; }
    void begin_stream();
    void forget_stream();

    std::shared_ptr<Outbox> outbox_;
    std::shared_ptr<Batch> batch_;
    std::shared_ptr<EventLog> events_;
    std::uint64_t stream_ = EventLog::own_stream;  ///< in the log, once the reply has become a stream
    Carrier carrier_ = Carrier::stream;
};

}  // namespace flux::mcp
