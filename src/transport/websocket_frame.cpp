#include "transport/websocket_frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.hpp"

namespace flux::transport {

namespace {

constexpr std::uint8_t continuation = 0x0;
constexpr std::uint8_t text = 0x1;
constexpr std::uint8_t binary = 0x2;
constexpr std::uint8_t close_frame = 0x8;
constexpr std::uint8_t ping_frame = 0x9;
constexpr std::uint8_t pong_frame = 0xA;

std::uint64_t big_endian(const char* data, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(data[i]);
    return number;
}

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload) {
    out += static_cast<char>(0x80 | opcode);
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size());
    } else if (payload.size() <= 0xFFFF) {
        out += static_cast<char>(126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(127);
        append_big_endian(out, payload.size(), 8);
    }
    out += payload;
}

constexpr std::size_t max_control_payload = 125;

}  // namespace

void unmask(char* data, std::size_t size, const std::array<char, 4>& mask, std::size_t at) {
    std::array<char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(at + i) % 4];
    const auto wide = std::bit_cast<std::uint64_t>(turned);
    const auto turn = [](char* place, auto by) {
        decltype(by) bytes;
        std::memcpy(&bytes, place, sizeof bytes);
        bytes ^= by;
        std::memcpy(place, &bytes, sizeof bytes);
    };
    std::size_t i = 0;
    for (; i + 32 <= size; i += 32) {
        for (std::size_t part = 0; part < 32; part += 8) turn(data + i + part, wide);
    }
    for (; i + 8 <= size; i += 8) turn(data + i, wide);
    if (i + 4 <= size) {
        // Half of the eight, which the mask fills twice.
        turn(data + i, std::bit_cast<std::array<std::uint32_t, 2>>(turned)[0]);
        i += 4;
    }
    for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ turned[i % 4]);
}

bool is_close_code(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

WebSocketDecoder::Event WebSocketDecoder::fail(CloseCode code, std::string_view why) {
    over_ = true;
    message_ = {};
    return {Kind::failed, why, code};
}

WebSocketDecoder::Event WebSocketDecoder::next(char* data, std::size_t size, std::size_t& used) {
    used = 0;
    if (delivered_) {
        message_ = {};
        delivered_ = false;
    }
    // Whatever follows a close or a failure isn't looked at.
    if (over_) {
        used = size;
        return {Kind::more};
    }
    for (;;) {
        if (in_payload_) {
            std::size_t took = 0;
            const auto event = gather(data + used, size - used, took);
            used += took;
            if (event.kind != Kind::more || in_payload_) return event;
            continue;
        }
        Head head;
        Event failure{Kind::more};
        if (!read_head(data + used, size - used, head, failure)) return failure;
        if (head.size == 0) return {Kind::more};
        char* const payload = data + used + head.size;
        const bool whole = size - used - head.size >= head.length;

        if (head.opcode >= close_frame) {
            if (!whole) return {Kind::more};
            used += head.size + head.length;
            unmask(payload, head.length, head.mask, 0);
            return control(head, payload);
        }
        if (head.final && head.opcode == text && whole) {
            const auto length = head.length;
            used += head.size + length;
            unmask(payload, length, head.mask, 0);
            if (!is_utf8({payload, length})) {
                return fail(CloseCode::bad_text, "A text message is not UTF-8.");
            }
            return {Kind::message, {payload, length}};
        }
        used += head.size;
        in_message_ = true;
        in_payload_ = true;
        final_ = head.final;
        left_ = head.length;
        mask_ = head.mask;
        mask_at_ = 0;
    }
}

// False: `failure` holds the outcome.
bool WebSocketDecoder::read_head(const char* data, std::size_t size, Head& head, Event& failure) {
    if (size < 2) return true;
    const auto first = static_cast<unsigned char>(data[0]);
    const auto second = static_cast<unsigned char>(data[1]);
    head.final = (first & 0x80) != 0;
    head.opcode = first & 0x0F;
    const auto refuse = [&](CloseCode code, std::string_view why) {
        failure = fail(code, why);
        return false;
    };

    if ((first & 0x70) != 0) return refuse(CloseCode::protocol_error, "A reserved bit is set; no extension is in use.");
    if ((second & 0x80) == 0) return refuse(CloseCode::protocol_error, "A client's frames have to be masked.");
    const auto short_length = static_cast<std::size_t>(second & 0x7F);
    if (head.opcode >= close_frame) {
        if (head.opcode > pong_frame) return refuse(CloseCode::protocol_error, "A frame's opcode is reserved.");
        if (!head.final) return refuse(CloseCode::protocol_error, "A control frame is fragmented.");
        if (short_length > max_control_payload)
            return refuse(CloseCode::protocol_error, "A control frame is too long.");
    } else {
        if (head.opcode > binary) return refuse(CloseCode::protocol_error, "A frame's opcode is reserved.");
        if (head.opcode == continuation && !in_message_) {
            return refuse(CloseCode::protocol_error, "A continuation continues nothing.");
        }
        if (head.opcode != continuation && in_message_) {
            return refuse(CloseCode::protocol_error, "A message begins inside another.");
        }
        if (head.opcode == binary) return refuse(CloseCode::unsupported_data, "Messages have to be text.");
    }

    const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    if (size < 2 + length_bytes) return true;
    head.length = length_bytes == 0 ? short_length : big_endian(data + 2, length_bytes);
    if (length_bytes == 8 && head.length >> 63 != 0) {
        return refuse(CloseCode::protocol_error, "A frame's length has its top bit set.");
    }
    if ((length_bytes == 2 && head.length < 126) || (length_bytes == 8 && head.length <= 0xFFFF)) {
        return refuse(CloseCode::protocol_error, "A frame's length is not written in the shortest way.");
    }
    if (head.opcode < close_frame && head.length > message_limit_ - message_.size()) {
        return refuse(CloseCode::too_big, "A message is longer than this server reads.");
    }
    if (size < 2 + length_bytes + 4) return true;
    if (head.opcode < close_frame && parts_ + 1 > parts_limit_) {
        return refuse(CloseCode::policy, "A message has too many parts.");
    }
    std::memcpy(head.mask.data(), data + 2 + length_bytes, 4);
    head.size = 2 + length_bytes + 4;
    return true;
}

WebSocketDecoder::Event WebSocketDecoder::control(const Head& head, char* payload) {
    const std::string_view bytes{payload, head.length};
    if (head.opcode == ping_frame) return {Kind::ping, bytes};
    if (head.opcode == pong_frame) return {Kind::pong, bytes};
    if (bytes.empty()) {
        over_ = true;
        return {Kind::close};
    }
    if (bytes.size() == 1) return fail(CloseCode::protocol_error, "A close code has two bytes.");
    const auto code = static_cast<unsigned>(big_endian(bytes.data(), 2));
    if (!is_close_code(code)) return fail(CloseCode::protocol_error, "This close code may not be sent.");
    if (!is_utf8(bytes.substr(2))) return fail(CloseCode::bad_text, "A close reason is not UTF-8.");
    over_ = true;
    message_ = {};
    return {Kind::close, bytes.substr(2), static_cast<CloseCode>(code)};
}

WebSocketDecoder::Event WebSocketDecoder::gather(char* data, std::size_t size, std::size_t& used) {
    const auto length = std::min<std::uint64_t>(left_, size);
    unmask(data, length, mask_, mask_at_);
    mask_at_ = (mask_at_ + length) % 4;
    used = length;
    left_ -= length;
    if (!text_.feed({data, length})) return fail(CloseCode::bad_text, "A text message is not UTF-8.");
    message_.append(data, length);
    if (left_ > 0) return {Kind::more};

    in_payload_ = false;
    ++parts_;
    if (!final_) return {Kind::more};
    in_message_ = false;
    parts_ = 0;
    if (!text_.complete()) return fail(CloseCode::bad_text, "A text message is not UTF-8.");
    delivered_ = true;
    return {Kind::message, message_};
}

void append_text_frame(std::string& out, std::string_view message) { append_frame(out, text, message); }

void append_ping(std::string& out, std::string_view payload) {
    append_frame(out, ping_frame, payload.substr(0, max_control_payload));
}

void append_pong(std::string& out, std::string_view payload) {
    append_frame(out, pong_frame, payload.substr(0, max_control_payload));
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
    std::string payload;
    append_big_endian(payload, static_cast<std::uint16_t>(code), 2);
    auto fits = std::min(reason.size(), max_control_payload - 2);
    while (fits < reason.size() && fits > 0 && (static_cast<unsigned char>(reason[fits]) & 0xC0) == 0x80) --fits;
    payload += reason.substr(0, fits);
    append_frame(out, close_frame, payload);
}

}  // namespace flux::transport
