#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace flux::json {

/// The bytes that a JSON string may hold as they are (RFC 8259, section 7), every part of a longer character among
/// them.
inline constexpr auto plain_bytes = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x20; byte < table.size(); ++byte) table[byte] = byte != '"' && byte != '\\';
    return table;
}();

constexpr bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

#ifdef __SSE2__
/// The top bit of each byte: whether it isn't plain.
inline __m128i not_plain(__m128i bytes) {
    const auto control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    const auto quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const auto backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return _mm_or_si128(_mm_or_si128(quote, backslash), control);
}
#endif

/// The first of the bytes up to `end` that no JSON string may hold as it is, or `end`. Most of a message is inside
/// strings, and most strings are plain: so sixteen bytes a step, where the processor has that. `begin`: of the text
/// that can be read, at or before `at`; at its end the step begins earlier instead of going on byte by byte.
inline const char* skip_plain(const char* at, [[maybe_unused]] const char* begin, const char* end) {
#ifdef __SSE2__
    const auto odd = [](const char* from) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        return static_cast<unsigned>(_mm_movemask_epi8(not_plain(bytes)));
    };
    for (; end - at >= 16; at += 16) {
        if (const auto found = odd(at); found != 0) return at + std::countr_zero(found);
    }
    if (end - begin >= 16) {
        const auto known = 16 - (end - at);
        const auto found = odd(end - 16) >> known;
        return found != 0 ? at + std::countr_zero(found) : end;
    }
#endif
    while (at != end && is_plain(*at)) ++at;
    return at;
}

inline const char* skip_plain(const char* at, const char* end) { return skip_plain(at, at, end); }

/// The same, and what isn't ASCII isn't skipped either.
inline const char* skip_plain_ascii(const char* at, const char* end) {
#ifdef __SSE2__
    const auto odd = [](__m128i bytes) {
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(not_plain(bytes), bytes)));
    };
    const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
    const auto* const begin = at;
    for (; end - at >= 16; at += 16) {
        if (const auto found = odd(load(at)); found != 0) return at + std::countr_zero(found);
    }
    if (end - begin >= 16) {
        const auto found = odd(load(end - 16)) >> (16 - (end - at));
        return found != 0 ? at + std::countr_zero(found) : end;
    }
    if (end - at >= 8) {
        // The two halves overlap: which byte it is doesn't matter yet, only whether there is one.
        const auto half = [](const char* from) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)); };
        if (odd(_mm_unpacklo_epi64(half(at), half(end - 8))) == 0) return end;
    }
#endif
    while (at != end && is_plain(*at) && is_ascii(*at)) ++at;
    return at;
}

}  // namespace flux::json
