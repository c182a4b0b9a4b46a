#include "mcp/reply.hpp"

#include <utility>

namespace flux::mcp {

Outbox* Reply::outbox() const { return batch_ ? batch_->outbox() : outbox_.get(); }

void Reply::notify(std::string_view message) {
    if (auto* to = outbox()) to->send(message);
}

bool Reply::congested() const {
    const auto* to = outbox();
    return !to || to->congested();
}

void Reply::finish(std::string_view message, const Delivery& delivery) {
    if (const auto batch = std::exchange(batch_, nullptr)) batch->finish(message);
    if (const auto to = std::exchange(outbox_, nullptr)) to->respond(message, delivery);
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
    if (to && carrier_ == Carrier::exchange) to->respond({}, Delivery{.http_status = 202});
}

void Reply::abandon() {
    if (batch_) batch_->abandon();
    batch_.reset();
    outbox_.reset();
}

}  // namespace flux::mcp
