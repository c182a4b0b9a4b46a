#include "logs/odd_bytes.hpp"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace flux::logs {

namespace {

constexpr std::size_t block = 64;

/// The high bit of each byte that is odd or a tab: no sum carries into the next byte.
std::uint64_t unprintable_bytes(std::uint64_t word) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t high = 0x80U * ones;
    const auto low = word & ~high;
    return (word | ~(low + 0x60U * ones) | (low + ones)) & high;
}

std::uint32_t* find_by_words(const char* text, std::size_t begin, std::size_t end, std::uint32_t* places) {
    constexpr std::size_t word_bytes = sizeof(std::uint64_t);
    for (auto at = begin; at < end; at += word_bytes) {
        std::uint64_t word = 0;  // the first byte lowest, on any machine
        for (std::size_t i = 0; i < word_bytes; ++i) {
            word |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
        }
        for (auto bits = unprintable_bytes(word); bits != 0; bits &= bits - 1) {
            const auto place = at + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
            *places = static_cast<std::uint32_t>(place);
            places += text[place] == '\t' ? 0 : 1;
        }
    }
    return places;
}

#if defined(__x86_64__)

/// The same for processors of the last ten years. Which bytes are odd is found without a branch, and how many are, with
/// few: there is no telling from a log's colours what comes next.
[[gnu::target("avx2,bmi,popcnt")]] std::uint32_t* find_by_vectors(const char* text, std::size_t begin, std::size_t end,
                                                                  std::uint32_t* places) {
    const auto one = _mm256_set1_epi8(1);
    const auto blank = _mm256_set1_epi8(' ');
    const auto tab = _mm256_set1_epi8('\t');
    for (auto at = begin; at < end; at += block) {
        const auto low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at));
        const auto high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 32));
        // One higher and with a sign, the printable ones are those above the blank.
        const auto low_plain =
            _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_add_epi8(low, one), blank), _mm256_cmpeq_epi8(low, tab));
        const auto high_plain =
            _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_add_epi8(high, one), blank), _mm256_cmpeq_epi8(high, tab));
        const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low_plain));
        const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(high_plain));
        auto odd = ~(std::uint64_t{high_bits} << 32U | low_bits);
        const auto count = std::popcount(odd);
        constexpr int at_once = 8;
        auto* place = places;
        places += count;
        do {
            for (int i = 0; i < at_once; ++i) {
                *place++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(_tzcnt_u64(odd));
                odd &= odd - 1;
            }
        } while (place < places);
    }
    return places;
}

/// The same for processors that can pack the places of a block themselves.
[[gnu::target("avx512f,avx512bw,avx512vbmi2,popcnt")]] std::uint32_t* find_by_packing(const char* text,
                                                                                      std::size_t begin,
                                                                                      std::size_t end,
                                                                                      std::uint32_t* places) {
    constexpr std::size_t packed_at_once = 16;
    alignas(block) std::array<std::uint8_t, block> counting{};
    for (std::size_t i = 0; i < block; ++i) counting[i] = static_cast<std::uint8_t>(i);
    const auto all_places = _mm512_load_si512(counting.data());
    const auto blank = _mm512_set1_epi8(' ');
    const auto printable = _mm512_set1_epi8('~' - ' ' + 1);
    const auto tab = _mm512_set1_epi8('\t');
    for (auto at = begin; at < end; at += block) {
        const auto bytes = _mm512_loadu_si512(text + at);
        const auto odd =
            _mm512_cmpge_epu8_mask(_mm512_sub_epi8(bytes, blank), printable) & _mm512_cmpneq_epi8_mask(bytes, tab);
        const auto count = static_cast<std::size_t>(std::popcount(odd));
        const auto packed = _mm512_maskz_compress_epi8(odd, all_places);
        const auto origin = _mm512_set1_epi32(static_cast<int>(at));
        // The forms with a mask, which is full: g++ 12 takes the others for reading what nobody wrote.
        const auto first = _mm512_maskz_extracti32x4_epi32(0xf, packed, 0);
        _mm512_storeu_si512(places, _mm512_add_epi32(origin, _mm512_maskz_cvtepu8_epi32(0xffff, first)));
        if (count > packed_at_once) {
            alignas(block) std::array<std::uint8_t, block> rest;
            _mm512_store_si512(rest.data(), packed);
            for (auto i = packed_at_once; i < count; ++i) places[i] = static_cast<std::uint32_t>(at) + rest[i];
        }
        places += count;
    }
    return places;
}

#endif

}  // namespace

#if defined(__x86_64__)

bool OddBytes::can(Way way) {
    switch (way) {
    case Way::words: return true;
    case Way::vectors:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    case Way::packing:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
               __builtin_cpu_supports("popcnt");
    }
    return false;
}

OddBytes::FindInBlocks OddBytes::finder(Way way) {
    switch (way) {
    case Way::packing: return find_by_packing;
    case Way::vectors: return find_by_vectors;
    case Way::words: break;
    }
    return find_by_words;
}

#else

bool OddBytes::can(Way way) { return way == Way::words; }

OddBytes::FindInBlocks OddBytes::finder(Way) { return find_by_words; }

#endif

OddBytes::OddBytes() : OddBytes{can(Way::packing) ? Way::packing : can(Way::vectors) ? Way::vectors : Way::words} {}

OddBytes::OddBytes(Way way) : find_in_blocks_{finder(way)} {}

std::span<const std::uint32_t> OddBytes::find(std::string_view text) {
    constexpr std::size_t stretch = std::size_t{16} * 1024;
    static_assert(stretch % block == 0);
    std::size_t count = 0;
    std::size_t at = 0;
    const auto make_room = [&](std::size_t bytes) {
        if (count + bytes + block > places_.size()) places_.resize(2 * (count + bytes + block));
        return places_.data() + count;
    };
    while (at < text.size()) {
        const auto left = text.size() - at;
        const auto whole = std::min(left, stretch) / block * block;
        if (whole > 0) {
            const auto* end = find_in_blocks_(text.data(), at, at + whole, make_room(whole));
            count = static_cast<std::size_t>(end - places_.data());
            at += whole;
            continue;
        }
        std::array<char, block> padded{};
        padded.fill(' ');
        text.copy(padded.data(), left, at);
        auto* const places = make_room(block);
        auto* const end = find_in_blocks_(padded.data(), 0, block, places);
        for (auto* place = places; place < end; ++place) *place += static_cast<std::uint32_t>(at);
        count = static_cast<std::size_t>(end - places_.data());
        at = text.size();
    }
    return {places_.data(), count};
}

}  // namespace flux::logs
