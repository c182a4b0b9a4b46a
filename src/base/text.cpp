#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace flux {

namespace {

/// Length of the well-formed character at the front of `text`, or 0.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!continues(1) || !continues(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;
        if (first == 0xED && byte(1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// The same for eight bytes at once: the top bit of each says whether it is a capital, and becomes the bit between the
/// cases. Nothing is carried over into the next byte.
std::uint64_t lowered(std::uint64_t bytes) {
    constexpr std::uint64_t each = 0x0101010101010101U;
    const auto low = bytes & 0x7F * each;
    const auto from_a = low + (0x80 - 'A') * each;
    const auto behind_z = low + (0x80 - 'Z' - 1) * each;
    const auto capitals = (from_a & ~behind_z) & ~bytes & 0x80 * each;
    return bytes | capitals >> 2;
}

/// All of a text of at most eight bytes, some of them twice: another text of its length has the same only if it is
/// the same.
std::uint64_t up_to_eight(std::string_view text) {
    const auto read = [&](std::size_t at, auto into) {
        std::memcpy(&into, text.data() + at, sizeof into);
        return std::uint64_t{into};
    };
    const auto size = text.size();
    if (size == 8) return read(0, std::uint64_t{});
    if (size >= 4) return read(0, std::uint32_t{}) | read(size - 4, std::uint32_t{}) << 32;
    if (size >= 2) return read(0, std::uint16_t{}) | read(size - 2, std::uint16_t{}) << 16;
    return size == 1 ? read(0, std::uint8_t{}) : 0;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto substitute = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substitute});
        }
    }
    return row[b.size()];
}

}  // namespace

std::size_t ascii_length(std::string_view text) {
    const auto* at = text.data();
    const auto* const end = at + text.size();
    constexpr std::ptrdiff_t step = 32;
    const auto is_plain = [](const char* from) {
#ifdef __SSE2__
        const auto half = [from](int which) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + std::ptrdiff_t{16} * which));
        };
        return _mm_movemask_epi8(_mm_or_si128(half(0), half(1))) == 0;
#else
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), from, step);
        return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) == 0;
#endif
    };
    if (end - at >= step) {
        while (end - at >= step && is_plain(at)) at += step;
        // The rest once more with some of what is before it, in one step.
        if (end - at < step && is_plain(end - step)) return text.size();
    }
    while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
    return static_cast<std::size_t>(at - text.data());
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        text.remove_prefix(ascii_length(text));
        if (text.empty()) break;
        const auto length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string to_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = character_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            if (text.front() != '\0') out += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string ascii_lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out) c = lowered(c);
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto size = a.size();
    if (size != b.size()) return false;
    constexpr std::size_t step = 8;
    if (size <= step) return lowered(up_to_eight(a)) == lowered(up_to_eight(b));
    const auto same = [&](std::size_t at) {
        return lowered(up_to_eight(a.substr(at, step))) == lowered(up_to_eight(b.substr(at, step)));
    };
    for (std::size_t at = 0; at + step < size; at += step) {
        if (!same(at)) return false;
    }
    // The last once more with some of what is before it.
    return same(size - step);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto at = text.find(separator);
        pieces.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return pieces;
        text.remove_prefix(at + 1);
    }
}

std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& names, std::size_t count) {
    // A name from outside can be megabytes long; what is compared is not.
    constexpr std::size_t compared = 100;
    const auto key = ascii_lower(wanted.substr(0, compared));
    std::vector<std::pair<std::size_t, const std::string*>> ranked;
    for (const auto& name : names) {
        const auto candidate = ascii_lower(std::string_view{name}.substr(0, compared));
        auto distance = edit_distance(key, candidate);
        const bool contained = key.size() >= 3 && candidate.find(key) != std::string::npos;
        if (contained) distance = 1;
        if (distance <= std::max<std::size_t>(2, key.size() / 2)) ranked.emplace_back(distance, &name);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> result;
    for (const auto& [distance, name] : ranked) {
        if (result.size() == count) break;
        result.push_back(*name);
    }
    return result;
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return std::string{text};
    constexpr std::string_view mark = "…";
    auto keep = limit > mark.size() ? limit - mark.size() : 0;
    while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xC0) == 0x80) --keep;
    return std::string{text.substr(0, keep)} + std::string{mark};
}

}  // namespace flux
