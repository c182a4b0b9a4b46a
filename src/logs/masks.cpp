#include "logs/masks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "logs/line_cleaner.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t shortest = 3;
constexpr std::size_t shortest_in_hex = 5;  // shorter ones would match by chance
constexpr std::size_t longest_mask = 32 * 1024;
/// What stands in a command for PowerShell is no longer.
constexpr std::size_t longest_command = 512;
constexpr std::size_t most_texts = std::size_t{1} << 20;
constexpr std::size_t most_bytes = std::size_t{128} << 20;

struct Base64 {
    std::string before;  ///< of a group that other bytes begin, the characters that depend on the text alone
    std::string inside;  ///< what depends on the text alone, whatever follows it
    std::string at_end;  ///< the same with the last character, where nothing follows
};

/// How `text` looks in the base64 of something that has `shift` bytes too many in front of it.
Base64 base64_of(std::string_view text, std::size_t shift) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t skip = (3 - shift) % 3;
    if (text.size() <= skip) return {};
    Base64 encoded;
    const auto byte = [&](std::size_t i) { return unsigned{static_cast<unsigned char>(text[i])}; };
    if (skip == 2) encoded.before = {alphabet[(byte(0) & 15U) << 2U | byte(1) >> 6U], alphabet[byte(1) & 63U]};
    if (skip == 1) encoded.before = {alphabet[byte(0) & 63U]};
    text.remove_prefix(skip);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char character : text) {
        bits = (bits << 8) | static_cast<unsigned char>(character);
        count += 8;
        while (count >= 6) {
            count -= 6;
            encoded.inside += alphabet[(bits >> count) & 63U];
        }
    }
    encoded.at_end = encoded.inside;
    if (count > 0) encoded.at_end += alphabet[(bits << (6 - count)) & 63U];
    return encoded;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
    std::string result;
    for (std::size_t at = 0;;) {
        const auto found = text.find(what, at);
        result += text.substr(at, found - at);
        if (found == std::string_view::npos) return result;
        result += with;
        at = found + what.size();
    }
}

/// `text`, which is well-formed UTF-8, as UTF-16 with the lower byte first.
std::string utf16_of(std::string_view text) {
    std::string result;
    const auto put = [&](std::uint32_t unit) {
        result += static_cast<char>(unit & 0xffU);
        result += static_cast<char>(unit >> 8U);
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[at + i])}; };
        const auto length = byte(0) < 0x80 ? 1U : byte(0) < 0xe0 ? 2U : byte(0) < 0xf0 ? 3U : 4U;
        auto point = length == 1 ? byte(0) : byte(0) & (0xffU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) point = point << 6U | (byte(i) & 0x3fU);
        at += length;
        if (point >= 0x10000) {
            put(0xd800U + ((point - 0x10000) >> 10U));
            point = 0xdc00U + ((point - 0x10000) & 0x3ffU);
        }
        put(point);
    }
    return result;
}

void add_base64(std::vector<std::string>& forms, std::string_view bytes) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const auto encoded = base64_of(bytes, shift);
        // A few characters of base64 would match by chance.
        if (encoded.inside.size() < 5) continue;
        for (const auto& each : {encoded.inside, encoded.at_end}) {
            forms.push_back(each);
            forms.push_back(replaced(replaced(each, "+", "-"), "/", "_"));
        }
    }
}

enum class JsonStyle { plain, go, php };

/// As a string of JSON: what has to be escaped, and with it what Go (`\u003c`) or PHP (`\/`) escape besides.
std::string json_escaped(std::string_view text, JsonStyle style) {
    std::string result;
    for (const char character : text) {
        if (style == JsonStyle::go && std::string_view{"<>&"}.find(character) != std::string_view::npos) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned char>(character));
            continue;
        }
        if (style == JsonStyle::php && character == '/') result += '\\';
        switch (character) {
        case '"': result += "\\\""; break;
        case '\\': result += "\\\\"; break;
        case '\n': result += "\\n"; break;
        case '\r': result += "\\r"; break;
        case '\t': result += "\\t"; break;
        default: result += character;
        }
    }
    return result;
}

std::string hex_of(std::string_view text, bool upper) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        result += upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte);
    }
    return result;
}

/// `unescaped`: what stays beside letters and digits.
std::string uri_escaped(std::string_view text, std::string_view unescaped, bool upper) {
    std::string result;
    for (const char character : text) {
        const bool plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') ||
                           unescaped.find(character) != std::string_view::npos;
        if (plain) {
            result += character;
        } else {
            result += '%' + hex_of({&character, 1}, upper);
        }
    }
    return result;
}

std::string xml_escaped(std::string_view text) {
    auto result = replaced(text, "&", "&amp;");
    result = replaced(result, "<", "&lt;");
    result = replaced(result, ">", "&gt;");
    result = replaced(result, "\"", "&quot;");
    return replaced(result, "'", "&apos;");
}

std::uint32_t start_of(const char* text) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[i])}; };
    return byte(0) | byte(1) << 8U | byte(2) << 16U;
}

/// The forms of one piece of a secret, without those that are cut at a `&`.
std::vector<std::string> forms_of(std::string_view piece) {
    std::vector<std::string> forms{std::string{piece}};
    add_base64(forms, piece);
    // PowerShell's commands are encoded so.
    add_base64(forms, utf16_of(piece));
    for (const auto style : {JsonStyle::plain, JsonStyle::go, JsonStyle::php}) {
        forms.push_back(json_escaped(piece, style));
    }
    // By RFC 3986; as Python's quote and JavaScript's encodeURIComponent do it.
    for (const std::string_view unescaped : {"-_.~", "-_.~/", "-_.!~*'()"}) {
        forms.push_back(uri_escaped(piece, unescaped, true));
        forms.push_back(uri_escaped(piece, unescaped, false));
        forms.push_back(replaced(forms[forms.size() - 2], "%20", "+"));
    }
    forms.push_back(xml_escaped(piece));
    forms.push_back(replaced(piece, "\"", "\\\""));
    forms.push_back(replaced(piece, "'", "''"));
    if (piece.size() >= shortest_in_hex) {
        forms.push_back(hex_of(piece, false));
        forms.push_back(hex_of(piece, true));
    }
    if (piece.size() > 8 && piece.front() == piece.back() && (piece.front() == '"' || piece.front() == '\'')) {
        forms.emplace_back(piece.substr(1, piece.size() - 2));
    }
    return forms;
}

}  // namespace

Masks::Added Masks::add(std::string_view secret) {
    const auto clean = to_utf8(secret);
    const auto whole = trimmed(clean);
    if (whole.size() < shortest) return Added::too_short;
    std::vector<std::string_view> pieces{whole};
    if (whole.find('\n') != std::string_view::npos) {
        for (const auto line : split(whole, '\n')) {
            if (trimmed(line).size() >= shortest) pieces.push_back(trimmed(line));
        }
    }
    bool added = true;
    for (const auto piece : pieces) {
        for (const auto& form : forms_of(piece)) added = add_text(form) && added;
        added = add_wrapped(piece) && added;
        if (piece.size() <= longest_command) added = add_wrapped(utf16_of(piece)) && added;
        // As it stands in a line whose escapes and invisible characters were taken out.
        added = add_text(LineCleaner::bare_text(piece)) && added;
        // PowerShell cuts what it echoes at `&`.
        if (piece.find('&') == std::string_view::npos) continue;
        for (const auto fragment : split(piece, '&')) {
            if (fragment.size() >= 6) added = add_text(fragment) && added;
        }
    }
    return added ? Added::hidden : Added::no_room;
}

bool Masks::add_text(std::string_view text) {
    text = text.substr(0, longest_mask);
    if (text.size() < shortest || texts_.contains(text)) return true;
    if (texts_.size() >= most_texts || bytes_ + text.size() > most_bytes) return false;
    texts_.emplace(text);
    longest_ = std::max(longest_, text.size());
    bytes_ += text.size();
    const auto start = start_of(text.data());
    pairs_.set(start & 0xffffU);
    auto& lengths = lengths_[start];
    const auto place = std::lower_bound(lengths.begin(), lengths.end(), text.size(), std::greater<>{});
    if (place == lengths.end() || *place != text.size()) lengths.insert(place, text.size());
    return true;
}

bool Masks::add_wrapped(std::string_view bytes) {
    bool added = true;
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const auto encoded = base64_of(bytes.substr(0, longest_mask), shift);
        added = wrapped_.add(encoded.before, encoded.inside, encoded.at_end) && added;
    }
    return added;
}

void Masks::find(std::string_view text, std::vector<HiddenRange>& found) const {
    if (texts_.empty() || text.size() < shortest) return;
    wrapped_.find(text, found);
    const auto last = text.size() - shortest;
    for (std::size_t at = 0; at <= last; ++at) {
        const auto start = start_of(text.data() + at);
        if (!pairs_.test(start & 0xffffU)) continue;
        const auto lengths = lengths_.find(start);
        if (lengths == lengths_.end()) continue;
        for (const auto length : lengths->second) {
            if (length > text.size() - at || !texts_.contains(text.substr(at, length))) continue;
            found.push_back({at, at + length});
            break;
        }
    }
}

std::string Masks::apply(std::string_view text) const {
    std::vector<HiddenRange> ranges;
    find(text, ranges);
    join_overlapping(ranges);
    std::string result;
    std::size_t at = 0;
    for (const auto& range : ranges) {
        result += text.substr(at, range.begin - at);
        result += mask_text;
        at = range.end;
    }
    result += text.substr(at);
    return result;
}

bool Masks::occurs_in(std::string_view text) const {
    std::vector<HiddenRange> ranges;
    find(text, ranges);
    return !ranges.empty();
}

std::size_t Masks::safe_cut(std::string_view text, std::size_t at) const {
    at = std::min(at, text.size());
    if (texts_.empty()) return at;
    if (longest_ > 1) at = std::min(at, text.size() - std::min(text.size(), longest_ - 1));
    std::vector<HiddenRange> ranges;
    find(text, ranges);
    join_overlapping(ranges);
    for (const auto& range : ranges) {
        if (range.begin < at && at < range.end) return range.begin;
    }
    return at;
}

}  // namespace flux::logs
