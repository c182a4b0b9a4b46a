#include "codec.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <simdjson.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace flux::bench {

namespace {

static_assert(Codec::padding >= simdjson::SIMDJSON_PADDING);

simdjson::ondemand::parser parser;

void append_escaped(std::string& out, std::string_view text) {
    const auto begin = out.size();
    out.resize(begin + 2 * text.size());
    char* to = out.data() + begin;
    for (const char c : text) {
        if (c == '"' || c == '\\') *to++ = '\\';
        *to++ = c;
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
}

/// Eight bytes a step.
void unmask(char* bytes, std::size_t size, const char* key) {
    std::array<char, 8> twice;
    std::memcpy(twice.data(), key, 4);
    std::memcpy(twice.data() + 4, key, 4);
    const auto mask = std::bit_cast<std::uint64_t>(twice);
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes + at, 8);
        word ^= mask;
        std::memcpy(bytes + at, &word, 8);
    }
    for (; at < size; ++at) bytes[at] = static_cast<char>(bytes[at] ^ twice[at % 4]);
}

/// The answer to one message; nothing for a notification. `room` bytes behind the message may be read.
void answer(std::string& out, std::string_view message, std::size_t room) {
    auto document = parser.iterate(message.data(), message.size(), message.size() + room);
    std::string_view id;
    std::string_view method;
    std::string_view arguments = "{}";
    for (auto field : document.get_object()) {
        const std::string_view key = field.unescaped_key();
        if (key == "id") {
            id = field.value().raw_json_token();
        } else if (key == "method") {
            method = field.value();
        } else if (key == "params") {
            for (auto inner : field.value().get_object()) {
                if (std::string_view{inner.unescaped_key()} == "arguments")
                    arguments = simdjson::to_json_string(inner.value());
            }
        }
    }
    if (id.empty()) return;
    out += R"({"jsonrpc":"2.0","id":)";
    out += id;
    if (method == "tools/call") {
        out += R"(,"result":{"content":[{"type":"text","text":")";
        append_escaped(out, arguments);
        out += R"("}]}})";
    } else if (method == "initialize") {
        out += R"(,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},)"
               R"("serverInfo":{"name":"floor","version":"1.0.0"}}})";
    } else {
        out += R"(,"result":{}})";
    }
}

std::string accept_key(std::string_view key) {
    const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> encoded;
    const int length = ::EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {encoded.begin(), encoded.begin() + length};
}

std::string_view field_of(std::string_view head, std::string_view name) {
    const auto at = head.find(name);
    if (at == std::string_view::npos) return {};
    const auto value = head.substr(at + name.size());
    return value.substr(0, value.find("\r\n"));
}

}  // namespace

std::size_t Codec::take(char* bytes, std::size_t size, std::size_t room, std::string& out) {
    std::size_t taken = 0;
    while (taken < size) {
        const auto took = is_websocket_ ? take_frame(bytes + taken, size - taken, room, out)
                                        : take_http({bytes + taken, size - taken}, room, out);
        if (took == 0) break;
        taken += took;
    }
    return taken;
}

std::size_t Codec::take_http(std::string_view bytes, std::size_t room, std::string& out) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    const auto head = bytes.substr(0, end + 2);
    if (const auto key = field_of(head, "Sec-WebSocket-Key: "); !key.empty()) {
        out +=
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
        out += accept_key(key) + "\r\n\r\n";
        is_websocket_ = true;
        return end + 4;
    }
    std::size_t length = 0;
    const auto text = field_of(head, "Content-Length: ");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (bytes.size() < end + 4 + length) return 0;
    static std::string body;
    body.clear();
    answer(body, bytes.substr(end + 4, length), room + bytes.size() - end - 4 - length);
    out += body.empty() ? "HTTP/1.1 202 Accepted\r\n" : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    out += "Content-Length: ";
    out += std::to_string(body.size());
    out += "\r\n\r\n";
    out += body;
    return end + 4 + length;
}

std::size_t Codec::take_frame(char* bytes, std::size_t size, std::size_t room, std::string& out) {
    if (size < 6) return 0;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    std::size_t head = 2;
    std::size_t length = byte(1) & 0x7F;
    if (length >= 126) {
        const std::size_t count = length == 126 ? 2 : 8;
        head += count;
        if (size < head + 4) return 0;
        length = 0;
        for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte(i);
    }
    head += 4;
    if (size < head + length) return 0;
    unmask(bytes + head, length, bytes + head - 4);
    if (byte(0) != 0x81) return head + length;

    // Room for the longest head; what isn't needed of it is taken out, which is rare for answers of a usual size.
    const auto begin = out.size();
    out.append("\x81\x7E\0\0", 4);
    answer(out, {bytes + head, length}, room + size - head - length);
    const auto written = out.size() - begin - 4;
    if (written == 0) {
        out.resize(begin);
    } else if (written < 126) {
        out[begin + 1] = static_cast<char>(written);
        out.erase(begin + 2, 2);
    } else {
        out[begin + 2] = static_cast<char>(written >> 8);
        out[begin + 3] = static_cast<char>(written & 0xFF);
    }
    return head + length;
}

}  // namespace flux::bench
