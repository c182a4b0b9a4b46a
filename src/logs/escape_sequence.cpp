#include "logs/escape_sequence.hpp"

namespace flux::logs {

namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';
constexpr std::string_view string_terminator = "\u009c";

bool is_between(char c, char least, char most) { return c >= least && c <= most; }

EscapeSequence control_sequence(std::string_view text, std::size_t introducer) {
    bool plain_parameters = true;
    auto at = introducer;
    for (; at < text.size() && is_between(text[at], ' ', '?'); ++at) {
        // Only digits, `;` and `:` belong to SGR; private markers and intermediates make it something else.
        plain_parameters = plain_parameters && is_between(text[at], '0', ';');
    }
    if (at == text.size() || !is_between(text[at], '@', '~')) return {at, false, {}};
    const bool colours = plain_parameters && text[at] == 'm';
    return {at + 1, colours, colours ? text.substr(introducer, at + 1 - introducer) : std::string_view{}};
}

std::size_t string_end(std::string_view text, std::size_t at) {
    for (; at < text.size(); ++at) {
        if (text[at] == bell) return at + 1;
        if (text[at] == escape) return at + 1 < text.size() && text[at + 1] == '\\' ? at + 2 : at;
        if (text.substr(at).starts_with(string_terminator)) return at + string_terminator.size();
    }
    return at;
}

std::size_t plain_escape_end(std::string_view text) {
    std::size_t at = 1;
    while (at < text.size() && is_between(text[at], ' ', '/')) ++at;
    return at < text.size() && is_between(text[at], '0', '~') ? at + 1 : at;
}

bool opens_string(char kind) { return kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_'; }

}  // namespace

EscapeSequence escape_sequence_at(std::string_view text) {
    if (text.empty()) return {};
    if (text.front() == escape) {
        const char kind = text.size() > 1 ? text[1] : '\0';
        if (kind == '[') return control_sequence(text, 2);
        if (opens_string(kind)) return {string_end(text, 2), false, {}};
        return {plain_escape_end(text), false, {}};
    }
    // U+0080 to U+009F are the same as ESC @ to ESC _.
    if (text.size() < 2 || text.front() != '\xc2' || !is_between(text[1], '\x80', '\x9f')) return {};
    const char kind = static_cast<char>(text[1] - 0x40);
    if (kind == '[') return control_sequence(text, 2);
    if (opens_string(kind)) return {string_end(text, 2), false, {}};
    return {2, false, {}};
}

}  // namespace flux::logs
