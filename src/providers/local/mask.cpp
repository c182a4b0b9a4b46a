#include "providers/local/mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

constexpr std::size_t shortest = 3;
constexpr std::size_t longest_mask = 32 * 1024;
constexpr std::size_t most_masks = 4096;

struct Base64 {
    std::string inside;  ///< what depends on the text alone, whatever follows it
    std::string at_end;  ///< the same with the last character, where nothing follows
};

/// How `text` looks in the base64 of something that has `shift` bytes too many in front of it.
Base64 base64_of(std::string_view text, std::size_t shift) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t skip = (3 - shift) % 3;
    if (text.size() <= skip) return {};
    text.remove_prefix(skip);
    Base64 encoded;
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

std::string json_escaped(std::string_view text) {
    std::string result;
    for (const char character : text) {
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

std::string uri_escaped(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const bool plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') ||
                           std::string_view{"-_.~"}.find(character) != std::string_view::npos;
        if (plain)
            result += character;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
    return result;
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

std::string xml_escaped(std::string_view text) {
    auto result = replaced(text, "&", "&amp;");
    result = replaced(result, "<", "&lt;");
    result = replaced(result, ">", "&gt;");
    result = replaced(result, "\"", "&quot;");
    return replaced(result, "'", "&apos;");
}

}  // namespace

bool Masks::add(std::string_view secret) {
    const auto clean = to_utf8(secret);
    const auto whole = trimmed(clean);
    if (whole.size() < shortest) return false;
    std::vector<std::string_view> pieces{whole};
    if (whole.find('\n') != std::string_view::npos)
        for (const auto line : split(whole, '\n'))
            if (trimmed(line).size() >= shortest) pieces.push_back(trimmed(line));

    for (const auto piece : pieces) {
        add_text(std::string{piece});
        for (std::size_t shift = 0; shift < 3; ++shift) {
            const auto encoded = base64_of(piece, shift);
            // A few characters of base64 would match by chance.
            if (encoded.inside.size() < 5) continue;
            for (const auto& each : {encoded.inside, encoded.at_end}) {
                add_text(each);
                add_text(replaced(replaced(each, "+", "-"), "/", "_"));
            }
        }
        add_text(json_escaped(piece));
        add_text(uri_escaped(piece));
        add_text(replaced(uri_escaped(piece), "%20", "+"));
        add_text(xml_escaped(piece));
        add_text(replaced(piece, "\"", "\\\""));
        add_text(replaced(piece, "'", "''"));
        if (piece.size() > 8 && piece.front() == piece.back() && (piece.front() == '"' || piece.front() == '\''))
            add_text(std::string{piece.substr(1, piece.size() - 2)});
        // PowerShell cuts what it echoes at `&`.
        if (piece.find('&') != std::string_view::npos)
            for (const auto fragment : split(piece, '&'))
                if (fragment.size() >= 6) add_text(std::string{fragment});
    }
    return true;
}

void Masks::add_text(std::string text) {
    if (text.size() > longest_mask) text.resize(longest_mask);
    if (text.size() < shortest || texts_.size() >= most_masks) return;
    if (std::find(texts_.begin(), texts_.end(), text) != texts_.end()) return;
    longest_ = std::max(longest_, text.size());
    texts_.push_back(std::move(text));
}

std::vector<Masks::Range> Masks::ranges_in(std::string_view text) const {
    std::vector<Range> ranges;
    for (const auto& hidden : texts_) {
        for (auto at = text.find(hidden); at != std::string_view::npos; at = text.find(hidden, at + 1))
            ranges.push_back({at, at + hidden.size()});
    }
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
    std::vector<Range> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.begin < merged.back().end)
            merged.back().end = std::max(merged.back().end, range.end);
        else
            merged.push_back(range);
    }
    return merged;
}

std::string Masks::apply(std::string_view text) const {
    const auto ranges = ranges_in(text);
    if (ranges.empty()) return std::string{text};
    std::string result;
    std::size_t at = 0;
    for (const auto& range : ranges) {
        result += text.substr(at, range.begin - at);
        result += "***";
        at = range.end;
    }
    result += text.substr(at);
    return result;
}

bool Masks::occurs_in(std::string_view text) const {
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& hidden) { return text.find(hidden) != std::string_view::npos; });
}

std::size_t Masks::safe_cut(std::string_view text, std::size_t at) const {
    at = std::min(at, text.size());
    if (texts_.empty()) return at;
    if (longest_ > 1) at = std::min(at, text.size() - std::min(text.size(), longest_ - 1));
    for (const auto& range : ranges_in(text))
        if (range.begin < at && at < range.end) return range.begin;
    return at;
}

}  // namespace flux::providers::local
