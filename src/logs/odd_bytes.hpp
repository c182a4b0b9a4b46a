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
    /// Their places in `text`, of less than 4 GiB, in ascending order. Good until the next call.
    std::span<const std::uint32_t> find(std::string_view text);

private:
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
