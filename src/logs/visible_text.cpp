#include "logs/visible_text.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

bool is_between(char c, char least, char most) { return c >= least && c <= most; }

/// Where a CSI sequence whose parameters begin at `at` ends, and whether it is an SGR.
struct ControlSequence {
    std::size_t end = 0;
    bool colours = false;
};

ControlSequence control_sequence(std::string_view text, std::size_t at) {
    bool plain_parameters = true;
    while (at < text.size() && is_between(text[at], ' ', '?')) {
        // Only digits, `;` and `:` belong to SGR; private markers and intermediates make it something else.
        plain_parameters = plain_parameters && is_between(text[at], '0', ';');
        ++at;
    }
    if (at == text.size()) return {at, false};
    // A byte that can't end a sequence is text again: the sequence was cut.
    if (!is_between(text[at], '@', '~')) return {at, false};
    return {at + 1, plain_parameters && text[at] == 'm'};
}

/// The end of a string sequence (OSC, DCS, …): BEL, or ESC \, or the end of the line.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (; at < text.size(); ++at) {
        if (text[at] == bell) return at + 1;
        if (text[at] == escape) return at + 1 < text.size() && text[at + 1] == '\\' ? at + 2 : at;
    }
    return at;
}

std::size_t escape_end(std::string_view text, std::size_t at) {
    while (at < text.size() && is_between(text[at], ' ', '/')) ++at;
    return at < text.size() && is_between(text[at], '0', '~') ? at + 1 : at;
}

/// How many bytes at the start of `text` are a character that nobody sees or that turns the reading direction.
std::size_t invisible(std::string_view text) {
    constexpr std::string_view three_bytes[] = {
        "\u200b", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2061",
        "\u2062", "\u2063", "\u2064", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff", "\u2028", "\u2029",
    };
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0xc2) return 0;
    if (first == 0xc2) return text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0 ? 2 : 0;
    if (first == 0xe2 || first == 0xef) {
        for (const auto mark : three_bytes) {
            if (text.starts_with(mark)) return mark.size();
        }
        return 0;
    }
    // The tag characters U+E0000 to U+E007F spell ASCII that only a model reads.
    if (text.starts_with("\xf3\xa0\x80") || text.starts_with("\xf3\xa0\x81")) return 4;
    return 0;
}

/// What a terminal would still show after the carriage returns.
std::string_view after_returns(std::string_view line) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    const auto last = line.rfind('\r');
    return last == std::string_view::npos ? line : line.substr(last + 1);
}

bool is_plain(std::string_view text) {
    for (const char c : text) {
        if ((!is_between(c, ' ', '~')) && c != '\t') return false;
    }
    return true;
}

}  // namespace

std::string visible_text(std::string_view line, Escapes keep) {
    const auto shown = after_returns(line);
    if (is_plain(shown)) return std::string{shown};

    const auto text = to_utf8(shown);
    std::string result;
    result.reserve(text.size());
    bool coloured = false;
    const std::string_view view{text};
    for (std::size_t at = 0; at < view.size();) {
        const char c = view[at];
        if (c == escape || view.substr(at).starts_with("\u009b")) {
            const bool short_form = c != escape;
            const char kind = short_form ? '[' : at + 1 < view.size() ? view[at + 1] : '\0';
            if (kind == '[') {
                const auto sequence = control_sequence(view, at + 2);
                if (sequence.colours && keep == Escapes::colours) {
                    result += "\x1b[";
                    result += view.substr(at + 2, sequence.end - at - 2);
                    coloured = true;
                }
                at = sequence.end;
            } else if (kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_') {
                at = string_end(view, at + 2);
            } else {
                at = escape_end(view, at + 1);
            }
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
            ++at;
            continue;
        }
        if (const auto hidden = invisible(view.substr(at)); hidden > 0) {
            at += hidden;
            continue;
        }
        result += c;
        ++at;
    }
    if (coloured) result += "\x1b[0m";
    return result;
}

}  // namespace flux::logs
