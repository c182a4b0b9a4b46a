#include "logs/line_cleaner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "base/text.hpp"
#include "logs/escape_sequence.hpp"
#include "logs/secret_anchors.hpp"
#include "logs/utf16.hpp"

namespace flux::logs {

namespace {

struct Character {
    char32_t code = 0;
    std::size_t length = 0;  ///< 0: malformed
};

Character character_at(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() < length || !is_utf8(text.substr(0, length))) return {};
    char32_t code = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) code = code << 6U | (byte(i) & 0x3fU);
    return {code, length};
}

/// They choose one of a character's shapes. A second one does nothing, but says something to whoever reads the bytes.
bool is_variation_selector(char32_t c) { return c >= 0xfe00 && c <= 0xfe0f; }

bool ends_with_variation_selector(std::string_view text) {
    if (text.size() < 3 || !text.substr(text.size() - 3).starts_with("\xef\xb8")) return false;
    return is_variation_selector(character_at(text.substr(text.size() - 3)).code);
}

/// Characters that nobody sees or that turn the reading direction. Joiners and first variation selectors stay: letters
/// of many scripts and most emoji need them.
bool is_invisible(char32_t c) {
    struct Span {
        char32_t first;
        char32_t last;
    };
    static constexpr Span spans[] = {
        {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c}, {0x115f, 0x1160},   {0x17b4, 0x17b5},
        {0x180b, 0x180f}, {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
        {0x3164, 0x3164}, {0xfff0, 0xfffb}, {0xffa0, 0xffa0}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    const auto* span = std::lower_bound(std::begin(spans), std::end(spans), c,
                                        [](const Span& each, char32_t code) { return each.last < code; });
    return span != std::end(spans) && span->first <= c;
}

/// What a terminal would still show after the carriage returns.
std::string_view after_returns(std::string_view line) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    const auto* last = line.empty() ? nullptr : static_cast<const char*>(::memrchr(line.data(), '\r', line.size()));
    return last == nullptr ? line : line.substr(static_cast<std::size_t>(last - line.data()) + 1);
}

/// The length of what stands before the NULs and returns at the end.
std::size_t length_without_nuls(std::string_view line) {
    return line.find_last_not_of(std::string_view{"\0\r", 2}) + 1;
}

/// The length of `ESC [ digits ; : m` at the front of `text`, which begins with ESC; 0: it is something else.
std::size_t colour_length(std::string_view text) {
    if (text.size() < 3 || text[1] != '[') return 0;
    std::size_t at = 2;
    while (at < text.size() && text[at] >= '0' && text[at] <= ';') ++at;
    return at < text.size() && text[at] == 'm' ? at + 1 : 0;
}

/// The same where it is at most eight characters long, of which all colours but those of 24 bits are: without a loop,
/// as their lengths follow no rule that a processor could guess. Reads eight bytes.
std::size_t short_colour_length(const char* text) {
    if constexpr (std::endian::native != std::endian::little) return 0;
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    if ((word & 0xffffU) != 0x5b1bU) return 0;
    word >>= 16U;
    // The high bit of each byte that is no parameter: no sum carries into the next byte.
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t high = 0x80U * ones;
    const auto above_zero = word ^ ('0' * ones);
    const auto others = (((above_zero & ~high) + (0x7fU - (';' - '0')) * ones) | above_zero) & high;
    const auto parameters = static_cast<unsigned>(std::countr_zero(others)) - 7;  // in bits; two bytes are 0
    return (word >> parameters & 0xffU) == 'm' ? 3 + parameters / 8 : 0;
}

/// The length of a check mark, bullet, box, arrow or emoji at the front of `text`, of which logs are full: a
/// well-formed character from U+2080 to U+2FFF or U+1F000 to U+1FFFF, among which is no invisible one. 0: it is
/// something else.
std::size_t symbol_length(std::string_view text) {
    const auto goes_on = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U; };
    if (text.size() >= 3 && text[0] == '\xe2' && text[1] != '\x80' && text[1] != '\x81') {
        return goes_on(1) && goes_on(2) ? 3 : 0;
    }
    if (text.size() >= 4 && text[0] == '\xf0' && text[1] == '\x9f') return goes_on(2) && goes_on(3) ? 4 : 0;
    return 0;
}

/// Read behind a line and written behind what is kept of it.
constexpr std::size_t slack = 32;

/// Copies what lies between: mostly a word, and a call would cost more.
char* copy_between(const char* begin, const char* end, char* to) {
    constexpr auto few = slack;
    const auto length = static_cast<std::size_t>(end - begin);
    std::memcpy(to, begin, few);
    if (length > few) [[unlikely]]
        std::memcpy(to + few, begin + few, length - few);
    return to + length;
}

std::size_t short_plain_length(std::string_view text, std::size_t at) {
    const auto begin = at;
    while (at < text.size() && !is_odd(text[at])) ++at;
    return at - begin;
}

/// Whether a character with this first byte can be an invisible one: most of what logs hold beside ASCII can't.
bool may_be_invisible(unsigned char first, unsigned char second) {
    return first != 0xe2 || second == 0x80 || second == 0x81;
}

}  // namespace

/// A run of them becomes one mark: hidden messages are hundreds of characters long.
void LineCleaner::take_invisible(std::string_view text, std::size_t& at) {
    const auto first = character_at(text.substr(at));
    std::size_t more = 0;
    at += first.length;
    while (at < text.size()) {
        const auto next = character_at(text.substr(at));
        if (next.length == 0 || !(is_invisible(next.code) || is_variation_selector(next.code))) break;
        at += next.length;
        ++more;
    }
    auto mark = more == 0 ? fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(first.code))
                          : fmt::format("<U+{:04X} and {} more>", static_cast<std::uint32_t>(first.code), more);
    insertions_.push_back({bare_.size(), {}, std::move(mark)});
}

/// Printable ASCII, tabs, symbols and colours, of which most lines are: `simple_` becomes what is left of `shown` until
/// something else begins. Of lines with a dozen colours, which are usual, each instruction in here is felt.
LineCleaner::Simple LineCleaner::take_simple(std::string_view shown, const KnownOfLine& known) {
    const auto size = shown.size();
    if (simple_.size() < size + slack) simple_.resize(2 * (size + slack));
    const auto* in = shown.data();
    if (known.readable < slack) {
        if (padded_.size() < size + slack) padded_.resize(2 * (size + slack));
        shown.copy(padded_.data(), size);
        in = padded_.data();
    }
    // By value: for all that a compiler knows, what is written through a `char*` may change everything else.
    const auto odd = known.odd;
    const auto origin = known.origin;
    const bool keeps_colours = keep_ == Escapes::colours;
    auto* const begin = simple_.data();
    auto* out = begin;
    const auto* copied = in;
    const auto take_up_to = [&](std::size_t place) -> Simple {
        return {place, static_cast<std::size_t>(copy_between(copied, in + place, out) - begin)};
    };
    for (std::size_t i = 0; i < odd.size(); ++i) {
        const auto place = odd[i] - origin;
        auto colour = short_colour_length(in + place);
        if (colour == 0 || place + colour > size) {
            if (in[place] != '\x1b') {
                const auto symbol = symbol_length(shown.substr(place));
                if (symbol == 0) return take_up_to(place);
                // All its bytes are odd.
                i += symbol - 1;
                continue;
            }
            colour = colour_length(shown.substr(place));
            if (colour == 0) return take_up_to(place);
        }
        out = copy_between(copied, in + place, out);
        copied = in + place + colour;
        if (keeps_colours) {
            insertions_.push_back({static_cast<std::size_t>(out - begin), shown.substr(place + 2, colour - 2), {}});
        }
    }
    return take_up_to(size);
}

std::string_view LineCleaner::take_apart(std::string_view line, KnownOfLine known) {
    constexpr std::string_view byte_order_mark = "\ufeff";
    insertions_.clear();
    while (line.ends_with('\r')) {
        line.remove_suffix(1);
        known.odd = known.odd.first(known.odd.size() - 1);
    }
    if (known.odd.empty()) return line;
    auto shown = line;
    auto simple = take_simple(shown, known);
    if (simple.taken < line.size()) {
        if (line.find('\0') != std::string_view::npos) {
            if (decode_wide_line(line, widened_)) return take_apart(widened_, KnownOfLine{odd_.find(widened_)});
            // At its end it would let a return stand inside the line.
            if (const auto length = length_without_nuls(line); length < line.size()) {
                known.odd = known.odd.first(known.odd.size() - (line.size() - length));
                return take_apart(line.substr(0, length), known);
            }
        }
        // Something else is in the line: it may be a return, before which nothing counts.
        shown = after_returns(line);
        if (const auto overwritten = line.size() - shown.size(); overwritten > 0) {
            insertions_.clear();
            known.origin += overwritten;
            const auto first = std::lower_bound(known.odd.begin(), known.odd.end(), known.origin);
            known.odd = {first, known.odd.end()};
            simple = take_simple(shown, known);
        }
    }
    const std::string_view taken{simple_.data(), simple.length};
    if (simple.taken == shown.size()) return taken;
    bare_ = taken;
    auto at = simple.taken;
    while (at < shown.size()) {
        if (const auto length = short_plain_length(shown, at); length > 0) {
            bare_.append(shown, at, length);
            at += length;
            continue;
        }
        const auto byte = static_cast<unsigned char>(shown[at]);
        if (byte == 0x1b || byte == 0xc2) {
            if (const auto sequence = escape_sequence_at(shown.substr(at)); sequence.length > 0) {
                if (sequence.colours && keep_ == Escapes::colours) {
                    insertions_.push_back({bare_.size(), sequence.body, {}});
                }
                at += sequence.length;
                continue;
            }
        }
        if (byte < 0x80) {
            if (byte == '\b') take_back();
            ++at;
            continue;
        }
        const auto character = character_at(shown.substr(at));
        if (character.length == 0) {
            bare_ += "\ufffd";
            ++at;
        } else if (is_variation_selector(character.code) && ends_with_variation_selector(bare_)) {
            take_invisible(shown, at);
        } else if (!may_be_invisible(byte, static_cast<unsigned char>(shown[at + 1])) ||
                   (!is_invisible(character.code) && character.code != 0xfeff)) {
            bare_.append(shown, at, character.length);
            at += character.length;
        } else if (character.code == 0xfeff) {
            at += byte_order_mark.size();
        } else {
            take_invisible(shown, at);
        }
    }
    return bare_;
}

/// A backspace: the last character goes, as far as readers are concerned.
void LineCleaner::take_back() {
    while (bare_.size() > 1 && (static_cast<unsigned char>(bare_.back()) & 0xc0U) == 0x80U) bare_.pop_back();
    if (!bare_.empty()) bare_.pop_back();
    for (auto& insertion : insertions_) insertion.at = std::min(insertion.at, bare_.size());
}

std::string LineCleaner::bare_text(std::string_view line) {
    LineCleaner cleaner{Escapes::none, {nullptr, false}};
    return std::string{cleaner.take_apart(line, KnownOfLine{cleaner.odd_.find(line)})};
}

void LineCleaner::find_secrets(std::string_view bare) {
    hidden_.clear();
    if (secrets_.known != nullptr) secrets_.known->find(bare, hidden_);
    if (secrets_.by_shape && (keys_.inside() || has_secret_anchor(bare))) {
        keys_.find(bare, hidden_);
        find_secret_shapes(bare, hidden_);
    }
    if (!hidden_.empty()) join_overlapping(hidden_);
}

void LineCleaner::join(std::string_view bare, bool with_colours, std::string& result) const {
    result.clear();
    bool open_colour = false;
    auto next = hidden_.begin();
    std::size_t at = 0;
    const auto copy_to = [&](std::size_t end) {
        while (at < end) {
            if (next == hidden_.end() || next->begin >= end) {
                result += bare.substr(at, end - at);
                at = end;
            } else if (at < next->begin) {
                result += bare.substr(at, next->begin - at);
                at = next->begin;
            } else {
                // The whole secret at its first character; what stood inside comes behind it.
                if (at == next->begin) result += mask_text;
                at = std::min(end, next->end);
                if (at == next->end) ++next;
            }
        }
    };
    for (const auto& insertion : insertions_) {
        copy_to(insertion.at);
        const bool inside_secret = next != hidden_.end() && next->begin < at;
        if (insertion.colour.empty()) {
            if (!inside_secret) result += insertion.mark;
        } else if (with_colours) {
            open_colour = insertion.colour != "0m" && insertion.colour != "m";
            result += "\x1b[";
            result += insertion.colour;
        }
    }
    copy_to(bare.size());
    if (open_colour) result += "\x1b[0m";
}

LineCleaner::Line LineCleaner::clean(std::string_view line) { return clean(line, KnownOfLine{odd_.find(line)}); }

LineCleaner::Line LineCleaner::clean_closer(std::string_view line, const KnownOfLine& known) {
    const auto bare = take_apart(line, known);
    find_secrets(bare);
    if (insertions_.empty() && hidden_.empty()) return {bare, bare};
    join(bare, true, text_);
    const auto is_colour = [](const Insertion& each) { return !each.colour.empty(); };
    if (hidden_.empty() && std::all_of(insertions_.begin(), insertions_.end(), is_colour)) return {text_, bare};
    if (std::none_of(insertions_.begin(), insertions_.end(), is_colour)) return {text_, text_};
    join(bare, false, shown_bare_);
    return {text_, shown_bare_};
}

std::size_t next_unclean(std::string_view text, std::size_t from) {
    constexpr std::size_t block = 32;
    const auto is_strange = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return static_cast<std::uint8_t>(((byte < 0x20) | (byte > 0x7e)) & (c != '\n') & (c != '\t') & (c != '\x1b'));
    };
    for (auto at = from; at < text.size();) {
        if (at + block <= text.size()) {
            // Without a branch, so that it becomes vector instructions.
            std::uint8_t any = 0;
            for (std::size_t i = 0; i < block; ++i) any = static_cast<std::uint8_t>(any | is_strange(text[at + i]));
            if (any == 0) {
                at += block;
                continue;
            }
        }
        while (at < text.size() && is_strange(text[at]) == 0) ++at;
        // A run of characters that stay is gone through one by one.
        while (at < text.size() && is_strange(text[at]) != 0) {
            const auto first = static_cast<unsigned char>(text[at]);
            if (first < 0x80) return at;
            if (at + 2 < text.size() && !may_be_invisible(first, static_cast<unsigned char>(text[at + 1]))) {
                at += 3;
                continue;
            }
            const auto character = character_at(text.substr(at));
            if (character.length == 0) return at;
            const bool control = character.code < 0xa0;
            if (control || character.code == 0xfeff || is_invisible(character.code)) return at;
            if (is_variation_selector(character.code) && ends_with_variation_selector(text.substr(0, at))) return at;
            at += character.length;
        }
    }
    return text.size();
}

}  // namespace flux::logs
