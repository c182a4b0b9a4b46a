#include "json/writer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace flux::json {

namespace {

constexpr auto needs_escape = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = true;
    table['\\'] = true;
    return table;
}();

constexpr auto is_plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0x20; i < 0x80; ++i) table[i] = i != '"' && i != '\\';
    return table;
}();

void append_escape(std::string& out, char c) {
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
}

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape[static_cast<unsigned char>(text[i])]) continue;
        out.append(text, plain, i - plain);
        append_escape(out, text[i]);
        plain = i + 1;
    }
    out.append(text, plain);
}

/// Length of the well-formed character of more than one byte at the front of `text`, or 0.
std::size_t character_length(std::string_view text) {
    for (std::size_t length = 2; length <= 4 && length <= text.size(); ++length) {
        if (is_utf8(text.substr(0, length))) return length;
    }
    return 0;
}

void append_repaired(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
        const auto length = ascii ? 1 : character_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        append_escaped(out, text.substr(0, length));
        text.remove_prefix(length);
    }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    // Names and most values are plain, and then one look at each byte is all that is needed.
    if (std::all_of(text.begin(), text.end(), [](char c) { return is_plain[static_cast<unsigned char>(c)]; })) {
        out += text;
    } else if (simdjson::validate_utf8(text.data(), text.size())) {
        append_escaped(out, text);
    } else {
        append_repaired(out, text);
    }
    out += '"';
}

Writer& Writer::key(std::string_view name) {
    separate();
    append_string(out_, name);
    out_ += ':';
    comma_ = false;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    separate();
    append_string(out_, text);
    return *this;
}

Writer& Writer::integer(std::int64_t number) {
    std::array<char, 24> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return raw({digits.data(), end});
}

Writer& Writer::number(double number) {
    if (!std::isfinite(number)) return null();
    std::array<char, 32> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return raw({digits.data(), end});
}

Writer& Writer::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

Writer& Writer::open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
}

Writer& Writer::close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
}

void Writer::separate() {
    if (comma_) out_ += ',';
    comma_ = true;
}

}  // namespace flux::json
