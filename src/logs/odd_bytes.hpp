#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace flux::logs {

/// Whether `c` is neither printable ASCII nor a tab: what ends a line, colours it, or has to be looked at closer.
constexpr bool is_odd(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte > 0x7e;
}

/// Finds the odd bytes of a text in one pass, many bytes at a time. Keeps a buffer of their number.
class OddBytes {
public:
    /// How they are looked for, the quickest last: eight bytes at a time on any processor, with AVX2, with AVX-512.
    enum class Way : std::uint8_t { words, vectors, packing };
    /// Whether this processor can.
    static bool can(Way way);

    /// The quickest way that there is.
    OddBytes();
    /// `way` is one that this processor can.
    explicit OddBytes(Way way);

    /// Their places in `text`, of less than 4 GiB, in ascending order. Good until the next call.
    std::span<const std::uint32_t> find(std::string_view text);

private:
    /// Writes the places of the odd ones among the bytes of whole blocks to `places`, which has room for one for each
    /// byte and for a block more. Returns the end of them.
    using FindInBlocks = std::uint32_t* (*)(const char* text, std::size_t begin, std::size_t end,
                                            std::uint32_t* places);
    static FindInBlocks finder(Way way);

    FindInBlocks find_in_blocks_;
    std::vector<std::uint32_t> places_;
};

/// What is known of a line's bytes before it is cleaned.
struct KnownOfLine {
    /// Nothing is known by itself: no odd bytes are a plain line.
    explicit KnownOfLine(std::span<const std::uint32_t> all_odd) : odd{all_odd} {}
    KnownOfLine(std::span<const std::uint32_t> all_odd, std::size_t line_origin, std::size_t readable_behind)
        : odd{all_odd}, origin{line_origin}, readable{readable_behind} {}

    std::span<const std::uint32_t> odd;  ///< the places of all its odd bytes, in a text that it is part of
    std::size_t origin = 0;              ///< where it begins in that text
    std::size_t readable = 0;            ///< so many bytes can be read behind it, whatever they are
};

}  // namespace flux::logs
