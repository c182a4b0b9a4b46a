#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/outbox.hpp"
#include "mcp/server.hpp"
#include "transport/http_reply.hpp"
#include "transport/http_request.hpp"

namespace flux::transport {

/// The connection that an exchange of the protocol writes to.
class ReplyChannel {
public:
    virtual ~ReplyChannel() = default;

    virtual std::string& reply_out() = 0;
    /// Something was appended. False: the peer is too far behind and has been given up.
    virtual bool reply_written() = 0;
    /// The reply is whole; the next request may come, if `keep_alive`.
    virtual void reply_finished(bool keep_alive) = 0;
    virtual bool reply_congested() const = 0;
};

/// How a reply is framed, by what the request was.
struct ReplyShape {
    bool keep_alive = true;
    bool chunked = true;  ///< false for HTTP/1.0: an event stream then ends with the connection
    bool is_get = false;
    bool takes_events = true;
    bool wants_events = false;  ///< it would rather have an event stream than JSON
    std::string origin = {};    ///< for CORS; empty: none
};

/// Streamable HTTP: the reply to one POST or GET. JSON when the response is all there is to say, and an event stream
/// from the first other message on; for a client that takes no event streams, the response alone.
class McpReply final : public mcp::Outbox {
public:
    McpReply(ReplyChannel& channel, ReplyShape shape) : channel_{&channel}, shape_{std::move(shape)} {}

    void send(std::string_view message) override;
    void send_event(std::string_view id, std::string_view message, std::chrono::milliseconds retry) override;
    void release() override { end_stream(); }
    void respond(std::string_view message, const mcp::Delivery& delivery) override;
    bool takes_messages() const override { return shape_.takes_events; }
    bool wants_stream() const override { return shape_.wants_events; }
    bool congested() const override;

    /// Turns the reply into an event stream, if it isn't one.
    void open_stream();
    /// Keeps a silent stream alive.
    void comment();
    /// Ends a stream without a response.
    void end_stream();
    /// From now on nothing is written: the connection has gone.
    void detach() { channel_ = nullptr; }

    bool streaming() const { return streaming_; }

private:
    void write(std::string_view events);

    ReplyChannel* channel_;  ///< null: the reply has ended
    ReplyShape shape_;
    bool streaming_ = false;
};

/// What `/mcp` refuses by a request's media types alone: 415 and 406.
std::optional<HttpRefusal> refuse_media(const RequestHead& head);

/// What `/mcp` refuses because a header that the protocol reads is there twice: whoever looked at it on the way may
/// have read the other one.
std::optional<HttpRefusal> refuse_repeated(const RequestHead& head);

/// What a client takes for an answer, by `Accept`: who doesn't say takes everything.
struct AcceptedMedia {
    bool json = false;
    bool events = false;        ///< an event stream
    bool events_first = false;  ///< it is named first

    /// Whether it would rather have an event stream than JSON: it names that first, or takes nothing else.
    bool rather_events() const { return events_first || (events && !json); }
};
AcceptedMedia accepted_media(const RequestHead& head);

/// What the protocol reads of a head. Views into it.
mcp::HttpFacts facts_of(const RequestHead& head, std::string_view query);

/// The style that `?names=` asks for.
mcp::NameStyle name_style_of(std::string_view query);

/// The fields with which a browser lets a page of `origin` read the response.
FieldList cors_fields(std::string_view origin);

}  // namespace flux::transport
