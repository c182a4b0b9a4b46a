#include "transport/local_connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <utility>

#include "transport/message_line.hpp"

namespace flux::transport {

namespace {

/// For requests in flight, after the peer has closed its half.
constexpr std::chrono::seconds finish_time{10};

std::optional<LocalRole> role_of(std::string_view hello) {
    boost::json::error_code failed;
    const auto value = boost::json::parse({hello.data(), hello.size()}, failed);
    const auto* object = failed ? nullptr : value.if_object();
    if (object == nullptr) return std::nullopt;
    const auto text = [&](const char* name) -> std::string_view {
        const auto* member = object->if_contains(name);
        const auto* string = member == nullptr ? nullptr : member->if_string();
        return string == nullptr ? std::string_view{} : std::string_view{string->data(), string->size()};
    };
    if (text("flux") != "attach") return std::nullopt;
    if (text("as") == "stdio") return LocalRole::stdio;
    if (text("as") == "terminal") return LocalRole::terminal;
    return std::nullopt;
}

std::string refusal(std::string_view message) {
    return boost::json::serialize(boost::json::object{{"flux", "refused"}, {"message", message}});
}

}  // namespace

LocalConnection::LocalConnection(Loop& loop, FileDescriptor socket, mcp::Server& server,
                                 const LocalSocket::Visitors& visitors)
    : Connection{loop, std::move(socket)},
      server_{server},
      visitors_{visitors},
      lines_{loop.limits().message_bytes},
      since_{loop.now()} {}

std::size_t LocalConnection::consume(char* data, std::size_t size) {
    std::size_t done = 0;
    while (!closing() && !closed() && !must_wait()) {
        std::size_t used = 0;
        const auto event = lines_.next({data + done, size - done}, used);
        done += used;
        if (event.kind == LineReader::Kind::more) break;
        if (!stream_) {
            greet(event.text);
        } else if (event.kind == LineReader::Kind::line) {
            stream_->receive(event.text);
        } else {
            write_message(too_long_error());
        }
    }
    return done;
}

void LocalConnection::greet(std::string_view hello) {
    const auto role = role_of(hello);
    auto visitor =
        role ? visitors_(*role)
             : fail(Errc::invalid_argument, "Say {\"flux\":\"attach\",\"as\":\"stdio\"} or \"terminal\" first.");
    if (!visitor) {
        write_message(refusal(visitor.error().message));
        close_when_sent();
        return;
    }
    MessageSink& sink = *this;
    outbox_ = std::make_shared<StreamOutbox>(sink);
    stream_ = server_.open({std::move(*visitor), false, mcp::NameStyle::automatic}, loop().executor(), outbox_);
    write_message(R"({"flux":"attached"})");
}

void LocalConnection::write_message(std::string_view message) {
    if (closing() || closed()) return;
    append_message_line(out(), message);
    if (overrun()) cut();
    flush_soon();
}

void LocalConnection::answered(bool) {
    if (!draining_) return;
    asio::post(loop().executor(), [self = shared_from_this(), this] { close_if_idle(); });
}

bool LocalConnection::is_behind() const { return unsent() > loop().limits().outbound_soft; }

bool LocalConnection::owes_answers() const { return stream_ && stream_->owed() > 0; }

void LocalConnection::close_if_idle() {
    if (closing() || closed() || (stream_ && stream_->in_flight() > 0)) return;
    close_when_sent();
}

void LocalConnection::drain() {
    draining_ = true;
    close_if_idle();
}

void LocalConnection::tick() {
    Connection::tick();
    if (closed()) return;
    if (draining_) close_if_idle();
    if (input_over() && !std::exchange(finishing_, true)) since_ = now();
    const bool too_late =
        finishing_ ? now() - since_ > finish_time : !stream_ && now() - since_ > loop().limits().head_time;
    if (too_late) cut();
}

void LocalConnection::ended() {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    if (const auto outbox = std::exchange(outbox_, nullptr)) outbox->detach();
}

}  // namespace flux::transport
