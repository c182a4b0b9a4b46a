#include "mcp/reply_path.hpp"

namespace flux::mcp {

bool ReplyPath::congested() const {
    if (has_stream() && (!outbox_ || events_->is_resumed(stream_))) return false;
    return !outbox_ || outbox_->congested();
}

void ReplyPath::begin_wanted() {
    if (!has_stream() && events_ && events_->primes() && outbox_ && outbox_->wants_stream()) begin_stream();
}

void ReplyPath::notify(std::string_view message) {
    if (!takes_messages()) return;
    if (!events_) {
        if (outbox_) outbox_->send(message);
        return;
    }
    if (!has_stream()) begin_stream();
    const auto told = events_->add(stream_, message);
    if (!outbox_) return;
    if (told.resumed) {
        std::exchange(outbox_, nullptr)->release();
    } else {
        outbox_->send_event(told.id, message, {});
    }
}

void ReplyPath::respond(std::string_view message, const Delivery& delivery) {
    // An error that has a status of its own is no event.
    if (!message.empty() && delivery.http_status == 200) begin_wanted();
    const auto to = std::exchange(outbox_, nullptr);
    if (has_stream()) {
        const auto told = events_->close(stream_, message);
        if (to && told.resumed) {
            to->release();
        } else if (to) {
            auto with_id = delivery;
            with_id.event_id = told.id;
            to->respond(message, with_id);
        }
    } else if (to) {
        to->respond(message, delivery);
    }
    forget_stream();
}

void ReplyPath::end(bool told) {
    const auto to = std::exchange(outbox_, nullptr);
    if (has_stream()) events_->close(stream_, {});
    if (to && told) to->respond({}, Delivery{.http_status = 202});
    forget_stream();
}

void ReplyPath::detach() {
    if (has_stream()) {
        outbox_.reset();
    } else {
        end(false);
    }
}

void ReplyPath::release() {
    if (!events_ || !events_->primes() || !outbox_ || !outbox_->takes_messages()) return;
    if (!has_stream()) begin_stream();
    std::exchange(outbox_, nullptr)->release();
}

void ReplyPath::begin_stream() {
    stream_ = events_->open();
    if (events_->primes() && outbox_) outbox_->send_event(EventLog::first_id(stream_), {}, resume_after);
}

void ReplyPath::forget_stream() {
    events_.reset();
    stream_ = EventLog::own_stream;
}

}  // namespace flux::mcp
