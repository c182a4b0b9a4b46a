#include "json/writer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "json/plain_text.hpp"

namespace flux::json {

namespace {

/// How each byte is written in a string: `letter` alone, or behind a backslash.
struct Spelling {
    char letter;
    enum : std::uint8_t { alone, short_escape, long_escape } how;
};

constexpr auto spellings = [] {
    std::array<Spelling, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        table[byte] = {static_cast<char>(byte), byte < 0x20 ? Spelling::long_escape : Spelling::alone};
    }
    for (const auto& [byte, letter] : {std::pair{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}}) {
        table[static_cast<unsigned char>(byte)] = {letter, Spelling::short_escape};
    }
    return table;
}();

char* write_long_escape(char* to, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    to = std::copy_n("\\u00", 4, to);
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 15];
    return to;
}

/// Without a branch that hangs on whether a byte is a quote: in the JSON that tools answer with, nobody can tell where
/// the next one is.
char* write_byte(char* to, char c) {
    const auto [letter, how] = spellings[static_cast<unsigned char>(c)];
    if (how == Spelling::long_escape) return write_long_escape(to, c);
    to[0] = '\\';
    to[how] = letter;
    return to + how + 1;
}

#ifdef __SSE2__
constexpr std::ptrdiff_t block = 16;

/// Writes the first `count` bytes of the block at `at`, behind which another block can be read. It goes over as it is,
/// and from each byte that needs an escape on once more, behind the escape. Touches up to 128 bytes.
char* write_block(char* to, const char* at, std::ptrdiff_t count = block) {
    const auto copy = [&](int from) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + from),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + from)));
    };
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    copy(0);
    const auto wanted = (1U << count) - 1;
    for (auto left = static_cast<unsigned>(_mm_movemask_epi8(not_plain(bytes))) & wanted; left != 0; left &= left - 1) {
        const auto from = std::countr_zero(left);
        to = write_byte(to + from, at[from]) - (from + 1);
        copy(from + 1);
    }
    return to + count;
}

/// Less than two blocks, behind which nothing can be read.
char* write_end(char* to, const char* at, std::ptrdiff_t count) {
    std::array<char, 4 * block> room{};
    std::copy_n(at, count, room.data());
    const auto first = std::min(count, block);
    to = write_block(to, room.data(), first);
    return count == first ? to : write_block(to, room.data() + block, count - first);
}
#else
char* write_end(char* to, const char* at, std::ptrdiff_t count) {
    for (; count > 0; --count) to = write_byte(to, *at++);
    return to;
}
#endif

/// Long plain runs go over as they are, what follows in blocks.
void append_escaped(std::string& out, std::string_view text) {
    constexpr std::ptrdiff_t step = 128;
    std::array<char, (step + 16) * 6> room;
    const auto* at = text.data();
    const auto* const end = at + text.size();
    for (;;) {
        const auto* const plain = skip_plain(at, end);
        out.append(at, plain);
        at = plain;
        if (at == end) return;
        auto* to = room.data();
        const auto* const stop = at + std::min(end - at, step);
#ifdef __SSE2__
        for (; stop - at >= 2 * block; at += block) to = write_block(to, at);
#endif
        to = write_end(to, at, stop - at);
        at = stop;
        out.append(room.data(), to);
    }
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
    constexpr std::size_t at_once = 64;
    const auto* const end = text.data() + text.size();
    const auto* const plain = skip_plain_ascii(text.data(), end);
    // Names and most values are plain ASCII, and short.
    if (plain == end && text.size() <= at_once) {
        std::array<char, at_once + 2> quoted;
        quoted[0] = '"';
        text.copy(quoted.data() + 1, text.size());
        quoted[text.size() + 1] = '"';
        out.append(quoted.data(), text.size() + 2);
        return;
    }
    out += '"';
    if (plain == end) {
        out += text;
    } else if (const std::string_view rest{plain, end};
               ascii_length(rest) == rest.size() || simdjson::validate_utf8(rest.data(), rest.size())) {
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
