#include "logs/utf16.hpp"

#include <algorithm>
#include <utility>

namespace flux::logs {

namespace {

constexpr std::string_view little_mark = "\xff\xfe";
constexpr std::string_view big_mark = "\xfe\xff";
/// U+FFFD: what stands for a byte that no UTF-8 has, where somebody decoded the line before.
constexpr std::string_view malformed = "\xef\xbf\xbd";

void append_utf8(char32_t code, std::string& utf8) {
    const auto continuation = [&](unsigned shift) { utf8 += static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80) {
        utf8 += static_cast<char>(code);
    } else if (code < 0x800) {
        utf8 += static_cast<char>(0xc0U | code >> 6U);
        continuation(0);
    } else if (code < 0x10000) {
        utf8 += static_cast<char>(0xe0U | code >> 12U);
        continuation(6);
        continuation(0);
    } else {
        utf8 += static_cast<char>(0xf0U | code >> 18U);
        continuation(12);
        continuation(6);
        continuation(0);
    }
}

struct WideText {
    std::size_t mark = 0;   ///< where the line's UTF-8 ends
    std::size_t begin = 0;  ///< of the first unit
    ByteOrder order = ByteOrder::little;
};

/// Where UTF-16 begins in a line whose first NUL is at `nul`.
WideText wide_text_in(std::string_view line, std::size_t nul) {
    const auto front = line.substr(0, nul);
    if (const auto mark = front.rfind(little_mark); mark != std::string_view::npos) {
        return {mark, mark + little_mark.size(), ByteOrder::little};
    }
    if (const auto mark = front.rfind(big_mark); mark != std::string_view::npos) {
        return {mark, mark + big_mark.size(), ByteOrder::big};
    }
    // A mark that went through a decoder of UTF-8.
    constexpr std::string_view lost_mark = "\xef\xbf\xbd\xef\xbf\xbd";
    if (const auto mark = front.rfind(lost_mark); mark != std::string_view::npos) {
        const auto begin = mark + lost_mark.size();
        return {mark, begin, begin == nul ? ByteOrder::big : ByteOrder::little};
    }
    if (nul == 0) return {0, 1, ByteOrder::little};
    const auto begin = front.ends_with(malformed) ? nul - malformed.size() : nul - 1;
    return {begin, begin, ByteOrder::little};
}

}  // namespace

void Utf16Decoder::feed(std::string_view bytes, std::string& utf8) {
    utf8.reserve(utf8.size() + bytes.size());
    for (const char byte : bytes) {
        const auto second = static_cast<unsigned char>(byte);
        if (!first_byte_) {
            first_byte_ = second;
            continue;
        }
        const auto first = *std::exchange(first_byte_, std::nullopt);
        const auto unit = order_ == ByteOrder::little ? first | second << 8 : first << 8 | second;
        take(static_cast<char16_t>(unit), utf8);
    }
}

void Utf16Decoder::take(char16_t unit, std::string& utf8) {
    const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    if (const auto high = std::exchange(high_, char16_t{0}); high != 0) {
        if (is_low) return append_utf8(0x10000U + ((high - 0xd800U) << 10U) + (unit - 0xdc00U), utf8);
        utf8 += malformed;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        high_ = unit;
    } else if (is_low) {
        utf8 += malformed;
    } else {
        append_utf8(unit, utf8);
    }
}

void Utf16Decoder::finish(std::string& utf8) {
    if (first_byte_ || high_ != 0) utf8 += malformed;
    first_byte_.reset();
    high_ = 0;
}

std::string_view FileDecoder::feed(std::string_view bytes) {
    if (bytes.empty()) return bytes;
    utf8_.clear();
    if (!decided_) {
        const auto is_mark = [](char first, char second) {
            return (first == little_mark[0] && second == little_mark[1]) ||
                   (first == big_mark[0] && second == big_mark[1]);
        };
        if (!half_mark_) {
            half_mark_ = bytes[0] == little_mark[0] || bytes[0] == big_mark[0];
            mark_ = bytes[0];
            decided_ = !half_mark_;
            if (decided_) return bytes;
            bytes.remove_prefix(1);
            if (bytes.empty()) return bytes;
        }
        decided_ = true;
        half_mark_ = false;
        if (!is_mark(mark_, bytes[0])) {
            utf8_ = mark_;
            utf8_ += bytes;
            return utf8_;
        }
        wide_.emplace(mark_ == little_mark[0] ? ByteOrder::little : ByteOrder::big);
        bytes.remove_prefix(1);
    }
    if (!wide_) return bytes;
    wide_->feed(bytes, utf8_);
    return utf8_;
}

std::string_view FileDecoder::finish() {
    utf8_.clear();
    if (half_mark_) utf8_ = mark_;
    if (wide_) wide_->finish(utf8_);
    wide_.reset();
    decided_ = false;
    half_mark_ = false;
    return utf8_;
}

bool decode_wide_line(std::string_view line, std::string& utf8) {
    const auto nul = line.find('\0');
    if (nul == std::string_view::npos) return false;
    const auto wide = wide_text_in(line, nul);
    const auto text = line.substr(wide.begin);
    // Every second byte of Latin letters, and always the blanks between others. Data with a NUL here and there isn't
    // it.
    constexpr std::size_t at_least_one_in = 4;
    const auto nuls = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0'));
    if (nuls * at_least_one_in < text.size()) return false;
    utf8 = line.substr(0, wide.mark);
    Utf16Decoder decoder{wide.order};
    // A unit whose first byte was no UTF-8 has become longer.
    for (std::size_t at = 0; at < text.size();) {
        const bool lost = wide.order == ByteOrder::little && text.substr(at).starts_with(malformed) &&
                          at + malformed.size() < text.size() && text[at + malformed.size()] == '\0';
        if (lost) {
            decoder.finish(utf8);
            utf8 += malformed;
            at += malformed.size() + 1;
            continue;
        }
        decoder.feed(text.substr(at, 2), utf8);
        at += 2;
    }
    // The half of a line feed whose other half ended the line.
    if (text.size() % 2 == 0) decoder.finish(utf8);
    std::erase(utf8, '\0');
    return true;
}

}  // namespace flux::logs
