#pragma once

#include <string_view>

#include "mcp/outbox.hpp"

namespace flux::transport {

/// A connection that carries whole messages, one stream of the protocol for its life.
class MessageSink {
public:
    virtual ~MessageSink() = default;

    virtual void write_message(std::string_view message) = 0;
    /// A request has been answered.
    virtual void answered(bool refused) = 0;
    virtual bool is_behind() const = 0;
};

/// What the protocol holds of such a connection. The protocol may keep it longer than the connection lives; then it is
/// deaf.
class StreamOutbox final : public mcp::Outbox {
public:
    explicit StreamOutbox(MessageSink& sink) : sink_{&sink} {}

    void send(std::string_view message) override {
        if (sink_ != nullptr) sink_->write_message(message);
    }

    void respond(std::string_view message, const mcp::Delivery& delivery) override {
        if (sink_ == nullptr) return;
        if (!message.empty()) sink_->write_message(message);
        sink_->answered(delivery.refused.has_value());
    }

    bool congested() const override { return sink_ != nullptr && sink_->is_behind(); }

    void detach() { sink_ = nullptr; }

private:
    MessageSink* sink_;
};

}  // namespace flux::transport
