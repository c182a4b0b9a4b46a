#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mcp/batch.hpp"
#include "mcp/codec.hpp"
#include "mcp/outbox.hpp"

namespace flux::mcp {

/// Where the answer to one request goes, whatever carried the request. Used up by `finish`, `fail`, `drop` or
/// `abandon`; afterwards everything said to it is lost. Lives on the executor of its outbox.
class Reply {
public:
    enum class Carrier { stream, exchange };

    Reply(std::shared_ptr<Outbox> outbox, Carrier carrier) : outbox_{std::move(outbox)}, carrier_{carrier} {}
    explicit Reply(std::shared_ptr<Batch> batch) : batch_{std::move(batch)} {}

    bool is_open() const { return outbox_ || batch_; }

    /// A notification that belongs to the request.
    void notify(std::string_view message);
    bool congested() const;

    /// A whole message.
    void finish(std::string_view message, const Delivery& delivery = {});
    /// A result, as JSON.
    void succeed(const Id& id, std::string_view result, const Delivery& delivery = {});
    void fail(const Id& id, const WireError& error);

    /// There will be no answer, because the client doesn't want it any more.
    void drop();
    /// There is nobody left to tell.
    void abandon();

private:
    Outbox* outbox() const;

    std::shared_ptr<Outbox> outbox_;
    std::shared_ptr<Batch> batch_;
    Carrier carrier_ = Carrier::stream;
};

}  // namespace flux::mcp
