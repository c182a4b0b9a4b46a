#include "wire.hpp"

#include <charconv>
#include <stdexcept>

namespace flux::bench {

namespace {

constexpr std::string_view eight_digits = "10000000";
constexpr std::string_view meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                  R"("io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0.0"},)"
                                  R"("io.modelcontextprotocol/clientCapabilities":{}})";

/// The value of a field, whose name is compared in lower case; empty: it isn't there.
std::string_view field_of(std::string_view head, std::string_view name) {
    for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        if (line.size() <= name.size() || line[name.size()] != ':') continue;
        bool same = true;
        for (std::size_t i = 0; i < name.size(); ++i) same = same && (line[i] | 0x20) == name[i];
        if (!same) continue;
        auto value = line.substr(name.size() + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        return value;
    }
    return {};
}

std::size_t number_in(std::string_view text, int base) {
    std::size_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (end.ec != std::errc{}) throw std::runtime_error{"no number: " + std::string{text.substr(0, 40)}};
    return value;
}

/// The message in a body: JSON, or the data of the first event.
std::string_view message_in(std::string_view body) {
    constexpr std::string_view data = "data: ";
    if (body.starts_with('{')) return body;
    const auto at = body.find(data);
    if (at == std::string_view::npos) return {};
    const auto text = body.substr(at + data.size());
    return text.substr(0, text.find('\n'));
}

/// The size of a chunked body, and the first chunk's content: an answer that streams brings its one event in it.
std::optional<std::pair<std::size_t, std::string_view>> chunked(std::string_view bytes) {
    std::string_view first;
    std::size_t at = 0;
    for (;;) {
        const auto line = bytes.find("\r\n", at);
        if (line == std::string_view::npos) return std::nullopt;
        const auto size = number_in(bytes.substr(at, line - at), 16);
        const auto end = line + 2 + size + 2;
        if (bytes.size() < end) return std::nullopt;
        if (size == 0) return std::pair{end, first};
        // An event without data comes first where the server primes its streams.
        if (message_in(first).empty()) first = bytes.substr(line + 2, size);
        at = end;
    }
}

}  // namespace

std::string Requests::upgrade() const {
    std::string text = "GET /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (!options_.token.empty()) text += "Authorization: Bearer " + options_.token + "\r\n";
    return text + "\r\n";
}

std::string Requests::initialize() const {
    return framed(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                  R"("capabilities":{},"clientInfo":{"name":"load","version":"1.0.0"}}})",
                  {}, {});
}

std::string Requests::initialized(std::string_view session) const {
    return framed(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", session, {});
}

Requests::Call Requests::call(std::string_view session) const {
    const bool modern = options_.era == Era::modern;
    std::string message =
        R"({"jsonrpc":"2.0","id":)" + std::string{eight_digits} + R"(,"method":")" + options_.method + '"';
    if (options_.method == "tools/call") {
        message +=
            R"(,"params":{"name":"echo","arguments":{"branch":"feature/lighthouse","payload":{"env":"preview"}})";
        if (modern) message += "," + std::string{meta};
        message += '}';
    } else if (modern) {
        message += R"(,"params":{)" + std::string{meta} + '}';
    }
    message += '}';
    Call call{framed(message, session, options_.method), 0};
    call.id_at = call.bytes.find(eight_digits);
    return call;
}

std::string Requests::framed(std::string_view message, std::string_view session, std::string_view method) const {
    if (options_.transport == Transport::websocket) {
        std::string frame{"\x81"};
        if (message.size() < 126) {
            frame += static_cast<char>(0x80 | message.size());
        } else {
            frame += static_cast<char>(0xFE);
            frame += static_cast<char>(message.size() >> 8);
            frame += static_cast<char>(message.size() & 0xFF);
        }
        frame.append(4, '\0');  // a mask that changes nothing, so that ids can be written over
        return frame.append(message);
    }
    std::string text = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                       "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
    if (!options_.token.empty()) text += "Authorization: Bearer " + options_.token + "\r\n";
    if (!session.empty()) text += "Mcp-Session-Id: " + std::string{session} + "\r\n";
    if (options_.era == Era::modern) {
        text += "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + std::string{method} + "\r\n";
        if (method == "tools/call") text += "Mcp-Name: echo\r\n";
    } else if (!method.empty()) {
        text += "MCP-Protocol-Version: 2025-11-25\r\n";
    }
    text += "Content-Length: " + std::to_string(message.size()) + "\r\n\r\n";
    return text.append(message);
}

void set_id(char* digits, unsigned id) {
    for (int i = 7; i >= 0; --i, id /= 10) digits[i] = static_cast<char>('0' + id % 10);
}

std::optional<Answer> read_http_answer(std::string_view bytes) {
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return std::nullopt;
    const auto head = bytes.substr(0, head_end + 2);
    if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error{"no answer: " + std::string{head.substr(0, 80)}};
    const int status = static_cast<int>(number_in(head.substr(9, 3), 10));
    const auto body = bytes.substr(head_end + 4);
    if (status == 101) return Answer{head_end + 4, {}, head, status};
    if (field_of(head, "transfer-encoding") == "chunked") {
        const auto read = chunked(body);
        if (!read) return std::nullopt;
        return Answer{head_end + 4 + read->first, message_in(read->second), head, status};
    }
    const auto length = field_of(head, "content-length");
    const auto size = length.empty() ? 0 : number_in(length, 10);
    if (body.size() < size) return std::nullopt;
    return Answer{head_end + 4 + size, message_in(body.substr(0, size)), head, status};
}

std::optional<Answer> read_frame(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    std::size_t head = 2;
    std::size_t size = byte(1);
    if (size >= 126) {
        const std::size_t length_bytes = size == 126 ? 2 : 8;
        head += length_bytes;
        if (bytes.size() < head) return std::nullopt;
        size = 0;
        for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
    }
    if (bytes.size() < head + size) return std::nullopt;
    const auto payload = bytes.substr(head, size);
    if (byte(0) == 0x81) return Answer{head + size, payload, {}, 0};
    if (byte(0) == 0x89) return Answer{head + size, {}, {}, 0};
    throw std::runtime_error{"the server closed: " + std::string{payload.substr(payload.size() > 2 ? 2 : 0)}};
}

std::string session_in(std::string_view head) { return std::string{field_of(head, "mcp-session-id")}; }

unsigned id_of_result(std::string_view message) {
    constexpr std::string_view id = "\"id\":";
    const auto at = message.find(id);
    if (at == std::string_view::npos || message.find("\"result\"") == std::string_view::npos ||
        message.find("\"isError\":true") != std::string_view::npos) {
        throw std::runtime_error{"no result: " + std::string{message.substr(0, 200)}};
    }
    return static_cast<unsigned>(number_in(message.substr(at + id.size()), 10));
}

}  // namespace flux::bench
