#include "mcp/reply.hpp"

#include <utility>

namespace flux::mcp {

Outbox* Reply::outbox() const { return batch_ ? batch_->outbox() : outbox_.get(); }

void Reply::notify(std::string_view message) {
    if (!events_) {
        if (auto* to = outbox()) to->send(message);
        return;
    }
    if (!has_stream()) begin_stream();
    const auto id = events_->add(stream_, message);
    if (outbox_) outbox_->send_event(id, message, {});
}

void Reply::begin_stream() {
    stream_ = events_->open();
    if (events_->primes() && outbox_) outbox_->send_event(EventLog::first_id(stream_), {}, resume_after);
}

bool Reply::congested() const {
    if (has_stream() && !outbox_) return false;
    const auto* to = outbox();
    return !to || to->congested();
}

void Reply::finish(std::string_view message, const Delivery& delivery) {
    if (const auto batch = std::exchange(batch_, nullptr)) batch->finish(message);
    const auto to = std::exchange(outbox_, nullptr);
    if (has_stream()) {
        auto with_id = delivery;
        with_id.event_id = events_->close(stream_, message);
        if (to) to->respond(message, with_id);
    } else if (to) {
        to->respond(message, delivery);
    }
    forget_stream();
}

void Reply::finish(std::string_view message, std::string_view afterwards) {
    const auto channel = carrier_ == Carrier::stream ? outbox_ : nullptr;
    finish(message, Delivery{});
    if (channel && !afterwards.empty()) channel->send(afterwards);
}

void Reply::succeed(const Id& id, std::string_view result, const Delivery& delivery) {
    auto& message = message_buffer();
    write_result(message, id, result);
    finish(message, delivery);
}

void Reply::fail(const Id& id, const WireError& error) {
    auto& message = message_buffer();
    write_error(message, id, error);
    finish(message, Delivery{.http_status = error.http_status, .refused = error.refused});
}

void Reply::drop() {
    if (const auto batch = std::exchange(batch_, nullptr)) batch->finish({});
    const auto to = std::exchange(outbox_, nullptr);
    if (has_stream()) events_->close(stream_, {});
    if (to && carrier_ == Carrier::exchange) to->respond({}, Delivery{.http_status = 202});
    forget_stream();
}

void Reply::abandon() {
    if (batch_) batch_->abandon();
    batch_.reset();
    outbox_.reset();
    if (has_stream()) events_->close(stream_, {});
    forget_stream();
}

void Reply::detach() {
    if (has_stream()) {
        outbox_.reset();
    } else {
        abandon();
    }
}

void Reply::release() {
    if (!events_ || !events_->primes() || !outbox_) return;
    if (!has_stream()) begin_stream();
    std::exchange(outbox_, nullptr)->release();
}

void Reply::forget_stream() {
    events_.reset();
    stream_ = EventLog::own_stream;
}

}  // namespace flux::mcp
