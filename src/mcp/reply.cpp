#include "mcp/reply.hpp"

#include <utility>

namespace flux::mcp {

void Reply::finish(std::string_view message, const Delivery& delivery) {
    if (const auto batch = std::exchange(batch_, nullptr)) {
        batch->finish(message);
    } else {
        path_.respond(message, delivery);
    }
}

void Reply::finish(std::string_view message, std::string_view afterwards) {
    const auto channel = carrier_ == Carrier::stream ? path_.outbox() : nullptr;
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
    path_.end(carrier_ == Carrier::exchange);
}

void Reply::abandon() {
    if (const auto batch = std::exchange(batch_, nullptr)) batch->abandon();
    path_.end(false);
}

void Reply::detach() {
    path().detach();
    // Where nothing was written down there is nobody left to tell.
    if (!path().is_open()) abandon();
}

}  // namespace flux::mcp
