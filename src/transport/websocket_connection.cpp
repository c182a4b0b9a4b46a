#include "transport/websocket_connection.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace flux::transport {

namespace {

/// Refusals without a served request between them, after which a flood is cut off.
constexpr int max_refused_in_a_row = 1000;

}  // namespace

WebSocketConnection::WebSocketConnection(Loop& loop, FileDescriptor socket, ConnectionCounts::Place place)
    : Connection{loop, std::move(socket)},
      place_{std::move(place)},
      decoder_{loop.limits().message_bytes, loop.limits().message_parts},
      pinged_at_{loop.now()},
      kept_up_at_{loop.now()} {}

void WebSocketConnection::open(mcp::Server& server, admission::Visitor visitor,
                               std::shared_ptr<const admission::Stay> stay, mcp::NameStyle names, std::string out,
                               std::string input) {
    take_over(std::move(out), std::move(input));
    stay_ = std::move(stay);
    MessageSink& sink = *this;
    outbox_ = std::make_shared<StreamOutbox>(sink);
    stream_ = server.open({std::move(visitor), true, names}, loop().executor(), outbox_);
}

std::size_t WebSocketConnection::consume(char* data, std::size_t size) {
    heard_ = true;
    std::size_t done = 0;
    while (!closing() && !closed() && !must_wait()) {
        std::size_t used = 0;
        const auto event = decoder_.next(data + done, size - done, used);
        done += used;
        switch (event.kind) {
        case WebSocketDecoder::Kind::more: return done;
        case WebSocketDecoder::Kind::message:
            if (stream_) stream_->receive(event.payload);
            break;
        case WebSocketDecoder::Kind::ping: answer_ping(event.payload); break;
        case WebSocketDecoder::Kind::pong: break;
        case WebSocketDecoder::Kind::close:
            close(event.code == CloseCode::none_given ? CloseCode::normal : event.code, {});
            break;
        case WebSocketDecoder::Kind::failed: close(event.code, event.payload); break;
        }
    }
    return done;
}

void WebSocketConnection::answer_ping(std::string_view payload) {
    // One pong waits at most: a newer ping's takes its place (RFC 6455, 5.5.3).
    if (unsent() > loop().limits().outbound_soft) {
        late_pong_ = std::make_unique<std::string>(payload);
        return;
    }
    append_pong(out(), payload);
    flush_soon();
}

void WebSocketConnection::drained() {
    if (!late_pong_ || closing()) return;
    append_pong(out(), *std::exchange(late_pong_, nullptr));
    flush_soon();
}

void WebSocketConnection::write_message(std::string_view message) {
    if (closing() || closed()) return;
    append_text_frame(out(), message);
    if (overrun()) {
        // Not here: the stream is in the middle of answering.
        asio::post(loop().executor(), [self = shared_from_this(), this] { give_up_slow_reader(); });
    }
    flush_soon();
}

void WebSocketConnection::answered(bool refused) {
    if (closing() || closed()) return;
    refused_in_a_row_ = refused ? refused_in_a_row_ + 1 : 0;
    if (refused_in_a_row_ >= max_refused_in_a_row) {
        // Not here: the stream is in the middle of answering.
        asio::post(loop().executor(), [self = shared_from_this(), this] {
            close(CloseCode::policy, "Too many requests were refused in a row.");
        });
    } else if (draining_) {
        asio::post(loop().executor(), [self = shared_from_this(), this] { close_if_idle(); });
    }
}

bool WebSocketConnection::is_behind() const { return unsent() > loop().limits().outbound_soft; }

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
    if (closing() || closed()) return;
    append_close(out(), code, reason);
    close_when_sent();
    let_go_of_stream();
}

// What was said before still comes, if the peer reads on, and then the reason why no more does.
void WebSocketConnection::give_up_slow_reader() {
    close(CloseCode::try_again, "Too much waited to be read for too long. Connect again.");
}

void WebSocketConnection::close_if_idle() {
    if (!stream_ || stream_->in_flight() == 0) close(CloseCode::going_away, "The server is shutting down.");
}

void WebSocketConnection::drain() {
    draining_ = true;
    close_if_idle();
}

void WebSocketConnection::tick() {
    Connection::tick();
    if (closed()) return;
    const auto& limits = loop().limits();
    const bool keeps_up = unsent() <= limits.outbound_soft;
    if (keeps_up) kept_up_at_ = now();
    if (closing()) {
        // Whoever reads a byte now and then doesn't hold the rest for ever.
        if (now() - kept_up_at_ > limits.behind_time + limits.write_time) cut();
        return;
    }
    if (now() - kept_up_at_ > limits.behind_time) {
        give_up_slow_reader();
        return;
    }
    if (draining_) {
        close_if_idle();
        return;
    }
    if (stay_ && !stay_->goes_on()) {
        close(CloseCode::policy, "The page was signed out.");
        return;
    }
    if (now() - pinged_at_ < limits.ping_interval) return;
    // A peer that isn't read from can't be heard.
    if (!heard_ && keeps_up) {
        cut();
        return;
    }
    heard_ = false;
    pinged_at_ = now();
    append_ping(out(), {});
    flush_soon();
}

void WebSocketConnection::let_go_of_stream() {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    if (const auto outbox = std::exchange(outbox_, nullptr)) outbox->detach();
}

void WebSocketConnection::ended() { let_go_of_stream(); }

}  // namespace flux::transport
