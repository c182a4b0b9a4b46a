#include "transport/chunked_body.hpp"

#include <algorithm>

namespace flux::transport {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_text(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

}  // namespace

ChunkedBody::State ChunkedBody::refuse(int status, std::string_view why) {
    refusal_ = {status, why};
    return State::refused;
}

ChunkedBody::State ChunkedBody::feed(std::string_view input, std::string& body, std::size_t& used) {
    used = 0;
    if (refusal_.status != 0) return State::refused;
    while (used < input.size()) {
        if (part_ == Part::content) {
            const auto length = std::min<std::uint64_t>(size_, input.size() - used);
            body.append(input.substr(used, length));
            used += length;
            size_ -= length;
            if (size_ == 0) part_ = Part::content_return;
            continue;
        }
        const auto state = take(input[used++]);
        if (state != State::more) return state;
    }
    return State::more;
}

ChunkedBody::State ChunkedBody::take(char c) {
    switch (part_) {
    case Part::size: {
        const int digit = hex_value(c);
        if (digit >= 0) {
            if (++digits_ > 16) return refuse(400, "A chunk's size is too long.");
            size_ = size_ << 4 | static_cast<std::uint64_t>(digit);
            return State::more;
        }
        if (digits_ == 0) return refuse(400, "A chunk has no size.");
        if (c == '\r') {
            part_ = Part::size_feed;
            return State::more;
        }
        if (c != ';') return refuse(400, "A chunk's size is not hexadecimal.");
        part_ = Part::extension;
        return State::more;
    }
    case Part::extension:
        if (c == '\r') {
            part_ = Part::size_feed;
            return State::more;
        }
        if (!is_text(c)) return refuse(400, "A chunk extension holds a control character.");
        if (++extra_ > max_extra) return refuse(400, "The body's chunk extensions are too long.");
        return State::more;
    case Part::size_feed:
        if (c != '\n') return refuse(400, "A chunk's size ends without CR LF.");
        return after_size_line();
    case Part::content_return:
        if (c != '\r') return refuse(400, "A chunk is longer than its size.");
        part_ = Part::content_feed;
        return State::more;
    case Part::content_feed:
        if (c != '\n') return refuse(400, "A chunk ends without CR LF.");
        part_ = Part::size;
        digits_ = 0;
        return State::more;
    case Part::trailer:
        if (c == '\r') {
            if (!line_empty_ && !named_) return refuse(400, "A trailer field has no colon.");
            part_ = Part::trailer_feed;
            return State::more;
        }
        if (!named_ && c == ':') {
            if (line_empty_) return refuse(400, "A trailer field has no name.");
            named_ = true;
        } else if (!(named_ ? is_text(c) : is_token({&c, 1}))) {
            return refuse(400, "A trailer field holds characters that do not belong there.");
        }
        line_empty_ = false;
        if (++extra_ > max_extra) return refuse(431, "The body's trailer is too long.");
        return State::more;
    case Part::trailer_feed:
        if (c != '\n') return refuse(400, "A trailer line ends without CR LF.");
        if (line_empty_) return State::done;
        part_ = Part::trailer;
        line_empty_ = true;
        named_ = false;
        return State::more;
    case Part::content: break;
    }
    return State::more;
}

ChunkedBody::State ChunkedBody::after_size_line() {
    if (size_ == 0) {
        part_ = Part::trailer;
        return State::more;
    }
    if (size_ > limit_ - content_) return refuse(413, "The request's body is longer than this server reads.");
    content_ += size_;
    part_ = Part::content;
    return State::more;
}

}  // namespace flux::transport
