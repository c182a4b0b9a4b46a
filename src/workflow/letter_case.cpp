#include "workflow/letter_case.hpp"

#include <algorithm>

namespace flux::workflow {

namespace {

constexpr bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

/// Blocks in which an upper-case letter (even) is followed by its lower-case one.
constexpr bool in_even_pairs(char32_t c) {
    return within(c, 0x100, 0x12F) || within(c, 0x132, 0x137) || within(c, 0x14A, 0x177) || within(c, 0x200, 0x21F) ||
           within(c, 0x222, 0x233) || within(c, 0x370, 0x373) || within(c, 0x3D8, 0x3EF) || within(c, 0x460, 0x481) ||
           within(c, 0x48A, 0x4BF) || within(c, 0x4D0, 0x52F) || within(c, 0x1E00, 0x1E95) || within(c, 0x1EA0, 0x1EFF);
}

/// Blocks in which the upper-case letter is odd.
constexpr bool in_odd_pairs(char32_t c) {
    return within(c, 0x139, 0x148) || within(c, 0x179, 0x17E) || within(c, 0x1CD, 0x1DC) || within(c, 0x4C1, 0x4CE);
}

char32_t upper(char32_t c) {
    if (within(c, U'a', U'z')) return c - 0x20;
    if (c < 0x80) return c;
    if (within(c, 0xE0, 0xFE)) return c == 0xF7 ? c : c - 0x20;
    if (in_even_pairs(c)) return c & ~char32_t{1};
    if (in_odd_pairs(c)) return c % 2 == 0 ? c - 1 : c;
    if (within(c, 0x3B1, 0x3CB)) return c == 0x3C2 ? 0x3A3 : c - 0x20;
    if (within(c, 0x3AD, 0x3AF)) return c - 0x25;
    if (within(c, 0x430, 0x44F)) return c - 0x20;
    if (within(c, 0x450, 0x45F)) return c - 0x50;
    if (within(c, 0x561, 0x586)) return c - 0x30;
    if (within(c, 0xFF41, 0xFF5A)) return c - 0x20;
    switch (c) {
    case 0xB5: return 0x39C;
    case 0xFF: return 0x178;
    case 0x3AC: return 0x386;
    case 0x3CC: return 0x38C;
    case 0x3CD: return 0x38E;
    case 0x3CE: return 0x38F;
    case 0x4CF: return 0x4C0;
    default: return c;
    }
}

/// Every letter that has another case above is encoded in two or three bytes; the upper one takes as many or fewer.
void append(std::string& text, char32_t c) {
    const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
    if (c < 0x80) {
        text += byte(c);
    } else if (c < 0x800) {
        text += byte(0xC0 | (c >> 6));
        text += byte(0x80 | (c & 0x3F));
    } else {
        text += byte(0xE0 | (c >> 12));
        text += byte(0x80 | ((c >> 6) & 0x3F));
        text += byte(0x80 | (c & 0x3F));
    }
}

}  // namespace

std::string folded(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    const auto bits = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (bits(i) & 0xC0) == 0x80; };
    for (std::size_t i = 0; i < text.size();) {
        const auto first = bits(i);
        if (first < 0x80) {
            append(result, upper(first));
            i += 1;
        } else if (within(first, 0xC2, 0xDF) && continues(i + 1)) {
            append(result, upper(((first & 0x1F) << 6) | (bits(i + 1) & 0x3F)));
            i += 2;
        } else if (within(first, 0xE1, 0xEF) && continues(i + 1) && continues(i + 2)) {
            append(result, upper(((first & 0x0F) << 12) | ((bits(i + 1) & 0x3F) << 6) | (bits(i + 2) & 0x3F)));
            i += 3;
        } else {
            result += text[i];  // no letter of those, or not UTF-8: as it is
            i += 1;
        }
    }
    return result;
}

}  // namespace flux::workflow
