#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/batch.hpp"
#include "mcp/codec.hpp"
#include "mcp/reply_path.hpp"

namespace flux::mcp {

/// Where the answer to one request goes, whatever carried the request. Used up by `finish`, `fail`, `drop` or
/// `abandon`; afterwards everything said to it is lost. Lives on the executor of its outbox.
class Reply {
public:
    enum class Carrier { stream, exchange };

    /// `events`: where what is said before the answer is written down, so that the client can come back for it.
    Reply(std::shared_ptr<Outbox> outbox, Carrier carrier, std::shared_ptr<EventLog> events = nullptr)
        : path_{std::move(outbox), std::move(events)}, carrier_{carrier} {}
    explicit Reply(std::shared_ptr<Batch> batch) : batch_{std::move(batch)} {}

    bool is_open() const { return batch_ || path_.is_open(); }

    /// Whether what isn't the answer reaches the client: not where it takes no event stream.
    bool takes_messages() const { return path().takes_messages(); }

    /// A notification that belongs to the request, or a request of the server's.
    void notify(std::string_view message) { path().notify(message); }
    bool congested() const { return path().congested(); }

    /// Begins the event stream of a client that wants one in any case, where it could come back to it.
    void begin_wanted() { path().begin_wanted(); }

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
    void release() { path().release(); }

private:
    ReplyPath& path() { return batch_ ? batch_->path() : path_; }
    const ReplyPath& path() const { return batch_ ? batch_->path() : path_; }

    ReplyPath path_;
    std::shared_ptr<Batch> batch_;
    Carrier carrier_ = Carrier::stream;
};

}  // namespace flux::mcp
