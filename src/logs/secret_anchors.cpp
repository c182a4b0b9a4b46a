#include "logs/secret_anchors.hpp"

#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace flux::logs {

namespace {

constexpr std::size_t block = 32;
constexpr std::size_t longest_distance = 5;

constexpr auto all = std::make_index_sequence<secret_anchors.size()>{};

template <std::size_t... i>
[[gnu::always_inline]] inline std::uint8_t begins_at(const char* at, std::index_sequence<i...> /*all*/) {
    const auto is = [](char c, char wanted) { return static_cast<std::uint8_t>(c == wanted); };
    std::uint8_t any = 0;
    ((any = static_cast<std::uint8_t>(
          any | (is(at[0], secret_anchors[i].first) & is(at[secret_anchors[i].distance], secret_anchors[i].second)))),
     ...);
    return any;
}

/// The loop over a block has no branch, so that compilers turn it into a few vector instructions for each anchor.
bool find_block_by_block(std::string_view text) {
    std::array<char, block + longest_distance> rest{};
    for (std::size_t at = 0; at < text.size(); at += block) {
        const auto* bytes = text.data() + at;
        if (text.size() - at < rest.size()) {
            rest.fill('\0');
            text.copy(rest.data(), rest.size(), at);
            bytes = rest.data();
        }
        std::uint8_t any = 0;
        for (std::size_t i = 0; i < block; ++i) any = static_cast<std::uint8_t>(any | begins_at(bytes + i, all));
        if (any != 0) return true;
    }
    return false;
}

#if defined(__x86_64__)

/// A bit for each kind, in tables by the lower and by the upper half of a byte: a byte is of the kinds that both of its
/// halves have. Twice, as vector instructions look up in each of their lanes.
struct Halves {
    alignas(block) std::array<std::uint8_t, block> lower{};
    alignas(block) std::array<std::uint8_t, block> upper{};

    constexpr void add(char c, unsigned kind) {
        const auto byte = static_cast<unsigned char>(c);
        for (const std::size_t lane : {0U, 16U}) {
            auto& of_lower = lower[lane + (byte & 15U)];
            auto& of_upper = upper[lane + (byte >> 4U)];
            of_lower = static_cast<std::uint8_t>(of_lower | 1U << kind);
            of_upper = static_cast<std::uint8_t>(of_upper | 1U << kind);
        }
    }
};

struct Tables {
    Halves first_of_near;  ///< of the kinds at distance 1
    Halves first_of_far;   ///< of those at 2 and 3
    std::array<Halves, 3> second;
};

constexpr Tables make_tables() {
    Tables tables;
    for (const auto& anchor : secret_anchors) {
        if (anchor.distance > tables.second.size()) continue;
        (anchor.distance == 1 ? tables.first_of_near : tables.first_of_far).add(anchor.first, anchor.kind);
        tables.second[anchor.distance - 1].add(anchor.second, anchor.kind);
    }
    return tables;
}

constexpr Tables tables = make_tables();

#define FLUX_AVX2 [[gnu::target("avx2"), gnu::always_inline]] inline

/// Where anchors are looked for: for each distance a block of first bytes, and a block of second ones that far behind.
struct Blocks {
    std::array<const char*, longest_distance + 1> first;
    std::array<const char*, longest_distance + 1> second;
};

/// Of anchors that begin in the block at `text`.
FLUX_AVX2 Blocks beginning_at(const char* text) {
    return {{text, text, text, text, text, text}, {text, text + 1, text + 2, text + 3, text + 4, text + 5}};
}

/// Of anchors that end in the block before `end`.
FLUX_AVX2 Blocks ending_at(const char* end) {
    const auto* text = end - block;
    return {{text, text - 1, text - 2, text - 3, text - 4, text - 5}, {text, text, text, text, text, text}};
}

FLUX_AVX2 __m256i load(const char* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }

FLUX_AVX2 __m256i kinds_of(__m256i bytes, const Halves& halves) {
    const auto* lower = reinterpret_cast<const __m256i*>(halves.lower.data());
    const auto* upper = reinterpret_cast<const __m256i*>(halves.upper.data());
    const auto upper_of_bytes = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    // By its lower half, and to nothing where its highest bit is set.
    return _mm256_and_si256(_mm256_shuffle_epi8(_mm256_load_si256(lower), bytes),
                            _mm256_shuffle_epi8(_mm256_load_si256(upper), upper_of_bytes));
}

/// Where the anchors at or beyond a distance stand.
template <std::size_t least_distance, std::size_t... i>
FLUX_AVX2 __m256i anchors_in(const Blocks& blocks, std::index_sequence<i...> /*all*/) {
    auto any = _mm256_setzero_si256();
    const auto look_for = [&]<std::size_t index>() __attribute__((target("avx2"), always_inline)) {
        constexpr auto anchor = secret_anchors[index];
        if constexpr (anchor.distance >= least_distance) {
            const auto first = load(blocks.first[anchor.distance]);
            const auto second = load(blocks.second[anchor.distance]);
            const auto both = _mm256_and_si256(_mm256_cmpeq_epi8(first, _mm256_set1_epi8(anchor.first)),
                                               _mm256_cmpeq_epi8(second, _mm256_set1_epi8(anchor.second)));
            any = _mm256_or_si256(any, both);
        }
    };
    (look_for.template operator()<i>(), ...);
    return any;
}

FLUX_AVX2 bool is_any(__m256i bytes) { return _mm256_testz_si256(bytes, bytes) == 0; }

/// Whether an anchor stands there, and now and then where none does: halves of different bytes, and bytes of different
/// anchors, can meet in a kind.
FLUX_AVX2 bool may_have_one(const Blocks& blocks) {
    const auto of_distance = [&](std::size_t distance) __attribute__((target("avx2"), always_inline)) {
        const auto& firsts = distance == 1 ? tables.first_of_near : tables.first_of_far;
        return _mm256_and_si256(kinds_of(load(blocks.first[distance]), firsts),
                                kinds_of(load(blocks.second[distance]), tables.second[distance - 1]));
    };
    const auto near = _mm256_or_si256(of_distance(1), _mm256_or_si256(of_distance(2), of_distance(3)));
    return is_any(_mm256_or_si256(near, anchors_in<tables.second.size() + 1>(blocks, all)));
}

FLUX_AVX2 bool has_one(const Blocks& blocks) { return may_have_one(blocks) && is_any(anchors_in<0>(blocks, all)); }

/// The same several times quicker: of nearly all blocks a few table look-ups say that there is nothing.
[[gnu::target("avx2")]] bool find_by_tables(std::string_view text) {
    constexpr auto whole = block + longest_distance;
    const auto size = text.size();
    if (size < whole) {
        std::array<char, block + whole> padded{};
        text.copy(padded.data(), size);
        return has_one(beginning_at(padded.data())) || (size > block && has_one(beginning_at(padded.data() + block)));
    }
    std::size_t at = 0;
    for (; at + whole <= size; at += block) {
        if (has_one(beginning_at(text.data() + at))) return true;
    }
    const auto* end = text.data() + size;
    // What is left may be a little more than a block.
    if (at + block < size && has_one(beginning_at(end - whole))) return true;
    return has_one(ending_at(end));
}

#undef FLUX_AVX2

using Find = bool (*)(std::string_view text);

Find fastest() { return __builtin_cpu_supports("avx2") ? find_by_tables : find_block_by_block; }

#else

auto fastest() { return find_block_by_block; }

#endif

}  // namespace

bool has_secret_anchor(std::string_view text) {
    static const auto find = fastest();
    return find(text);
}

}  // namespace flux::logs
