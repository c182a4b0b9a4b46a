#include "json/unescape.hpp"

#include <charconv>

namespace flux::json {

namespace {

unsigned hex(std::string_view digits) {
    unsigned unit = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    return unit;
}

void append_utf8(std::string& out, unsigned point) {
    const auto push = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        push(point);
    } else if (point < 0x800) {
        push(0xC0 | (point >> 6));
        push(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        push(0xE0 | (point >> 12));
        push(0x80 | ((point >> 6) & 0x3F));
        push(0x80 | (point & 0x3F));
    } else {
        push(0xF0 | (point >> 18));
        push(0x80 | ((point >> 12) & 0x3F));
        push(0x80 | ((point >> 6) & 0x3F));
        push(0x80 | (point & 0x3F));
    }
}

char control(char letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
    }
}

}  // namespace

std::string unescaped(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return std::string{raw};
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const auto escape = raw.find('\\');
        out += raw.substr(0, escape);
        if (escape == std::string_view::npos) break;
        raw.remove_prefix(escape);
        if (raw[1] != 'u') {
            out += control(raw[1]);
            raw.remove_prefix(2);
            continue;
        }
        auto point = hex(raw.substr(2, 4));
        raw.remove_prefix(6);
        if (point >= 0xD800 && point <= 0xDBFF) {
            point = 0x10000 + ((point - 0xD800) << 10) + (hex(raw.substr(2, 4)) - 0xDC00);
            raw.remove_prefix(6);
        }
        append_utf8(out, point);
    }
    return out;
}

}  // namespace flux::json
