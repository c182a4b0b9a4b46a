#include "transport/streamable_http.hpp"

#include <utility>

#include "base/text.hpp"
#include "transport/http_response.hpp"
#include "transport/sse.hpp"
#include "transport/target.hpp"

namespace flux::transport {

namespace {

void append_fields(std::string& out, const FieldList& fields) {
    for (const auto& [name, value] : fields) append_field(out, name, value);
}

std::string_view media_type(std::string_view value) { return without_blanks(value.substr(0, value.find(';'))); }

}  // namespace

void McpReply::send(std::string_view message) { send_event({}, message, {}); }

void McpReply::send_event(std::string_view id, std::string_view message, std::chrono::milliseconds retry) {
    if (channel_ == nullptr || !shape_.takes_events) return;
    open_stream();
    thread_local std::string event;
    event.clear();
    if (retry.count() > 0) append_retry(event, retry);
    append_event(event, message, id);
    write(event);
}

void McpReply::respond(std::string_view message, const mcp::Delivery& delivery) {
    if (channel_ == nullptr) return;
    // A GET is for a stream, even where nothing is left to say on it.
    if (shape_.is_get && message.empty() && delivery.http_status == 200) open_stream();
    // A session's id has to stand in the head, which a stream's has no place for.
    if (shape_.wants_events && !message.empty() && delivery.http_status == 200 && delivery.session_id.empty())
        open_stream();
    if (streaming_) {
        if (!message.empty()) {
            thread_local std::string event;
            event.clear();
            append_event(event, message, delivery.event_id);
            write(event);
        }
        end_stream();
        return;
    }
    const int status = message.empty() && delivery.http_status == 200 ? 202 : delivery.http_status;
    auto& out = channel_->reply_out();
    append_status(out, status);
    if (!message.empty()) out += "Content-Type: application/json\r\n";
    if (!delivery.session_id.empty()) append_field(out, "Mcp-Session-Id", delivery.session_id);
    if (delivery.refused) append_fields(out, limit_fields(*delivery.refused));
    if (status == 503 && !delivery.refused) out += "Retry-After: 5\r\n";
    if (status == 405) append_field(out, "Allow", shape_.is_get ? "POST, DELETE" : "POST");
    if (!shape_.origin.empty()) append_fields(out, cors_fields(shape_.origin));
    if (!shape_.keep_alive) out += "Connection: close\r\n";
    append_body(out, message);
    auto* const channel = std::exchange(channel_, nullptr);
    channel->reply_written();
    channel->reply_finished(shape_.keep_alive);
}

bool McpReply::congested() const { return channel_ != nullptr && channel_->reply_congested(); }

void McpReply::open_stream() {
    if (channel_ == nullptr || streaming_) return;
    streaming_ = true;
    auto& out = channel_->reply_out();
    append_status(out, 200);
    out += "Content-Type: text/event-stream\r\nCache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n";
    if (!shape_.origin.empty()) append_fields(out, cors_fields(shape_.origin));
    if (shape_.chunked) out += "Transfer-Encoding: chunked\r\n";
    if (!shape_.keep_alive || !shape_.chunked) out += "Connection: close\r\n";
    append_head_end(out);
    channel_->reply_written();
}

void McpReply::comment() {
    std::string text;
    append_comment(text);
    write(text);
}

void McpReply::end_stream() {
    if (channel_ == nullptr) return;
    if (shape_.chunked) append_last_chunk(channel_->reply_out());
    auto* const channel = std::exchange(channel_, nullptr);
    channel->reply_written();
    channel->reply_finished(shape_.keep_alive && shape_.chunked);
}

void McpReply::write(std::string_view events) {
    if (channel_ == nullptr) return;
    if (shape_.chunked) {
        append_chunk(channel_->reply_out(), events);
    } else {
        channel_->reply_out() += events;
    }
    channel_->reply_written();
}

std::optional<HttpRefusal> refuse_media(const RequestHead& head) {
    if (head.method == "POST") {
        const auto type = head.field("content-type");
        if (!type || !equal_ignoring_case(media_type(*type), "application/json")) {
            return HttpRefusal{415, "A message has to be sent as `Content-Type: application/json`."};
        }
    }
    if (head.method == "DELETE") return std::nullopt;
    const auto accepted = accepted_media(head);
    if (head.method == "GET" && !accepted.events) {
        return HttpRefusal{406, "GET /mcp opens an event stream: send `Accept: text/event-stream`, or POST a message."};
    }
    if (head.method == "POST" && !accepted.events && !accepted.json) {
        return HttpRefusal{406, "Send `Accept: application/json, text/event-stream`: one of them is what comes back."};
    }
    return std::nullopt;
}

std::optional<HttpRefusal> refuse_repeated(const RequestHead& head) {
    const auto is_ours = [](std::string_view name) {
        return equal_ignoring_case(name.substr(0, 4), "mcp-") || equal_ignoring_case(name, "last-event-id");
    };
    for (std::size_t i = 0; i < head.field_count; ++i) {
        const auto name = head.fields[i].name;
        if (!is_ours(name)) continue;
        for (std::size_t j = i + 1; j < head.field_count; ++j) {
            if (head.fields[j].key != head.fields[i].key || !equal_ignoring_case(head.fields[j].name, name)) continue;
            return HttpRefusal{400, "A header that MCP reads may be sent only once."};
        }
    }
    return std::nullopt;
}

AcceptedMedia accepted_media(const RequestHead& head) {
    AcceptedMedia accepted;
    if (!head.field("accept")) return {.json = true, .events = true};
    bool first = true;
    head.each_listed("accept", [&](std::string_view member) {
        const auto type = media_type(member);
        const bool is_events = equal_ignoring_case(type, "text/event-stream");
        const bool is_all = type == "*/*";
        if (std::exchange(first, false)) accepted.events_first = is_events;
        accepted.events |= is_events || is_all || equal_ignoring_case(type, "text/*");
        accepted.json |=
            is_all || equal_ignoring_case(type, "application/json") || equal_ignoring_case(type, "application/*");
    });
    return accepted;
}

mcp::NameStyle name_style_of(std::string_view query) {
    const auto names = query.empty() ? std::nullopt : query_value(query, "names");
    if (names == "dotted") return mcp::NameStyle::dotted;
    if (names == "safe") return mcp::NameStyle::safe;
    return mcp::NameStyle::automatic;
}

mcp::HttpFacts facts_of(const RequestHead& head, std::string_view query) {
    mcp::HttpFacts facts;
    facts.protocol_version = head.field("mcp-protocol-version");
    facts.method = head.field("mcp-method");
    facts.name = head.field("mcp-name");
    facts.session_id = head.field("mcp-session-id");
    facts.last_event_id = head.field("last-event-id");
    facts.header = [&head](std::string_view name) { return head.field(name); };
    facts.name_style = name_style_of(query);
    return facts;
}

FieldList cors_fields(std::string_view origin) {
    return {{"Access-Control-Allow-Origin", std::string{origin}},
            {"Access-Control-Expose-Headers",
             "Mcp-Session-Id, MCP-Protocol-Version, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate"},
            {"Vary", "Origin"}};
}

}  // namespace flux::transport
