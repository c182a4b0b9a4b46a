#include "workflow/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace flux::workflow {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t from) {
    auto end = from;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - from;
}

/// Whether a decimal that doesn't fit a double is too large (rather than too small): the sign of its magnitude.
bool overflows(std::string_view text) {
    const auto exponent_at = std::min(text.find_first_of("eE"), text.size());
    const auto mantissa = text.substr(0, exponent_at);
    const auto point = std::min(mantissa.find('.'), mantissa.size());
    const auto leading = mantissa.find_first_of("123456789");
    if (leading == std::string_view::npos) return false;
    const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(leading);
    std::int64_t exponent = 0;
    if (exponent_at < text.size()) {
        auto digits = text.substr(exponent_at + 1);
        const bool negative = digits.front() == '-';
        if (negative || digits.front() == '+') digits.remove_prefix(1);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (read.ec == std::errc::result_out_of_range) return !negative;
        if (negative) exponent = -exponent;
    }
    return magnitude + exponent > 0;
}

/// `0xFFFFFFFF` is -1: the runner reads into 32 bits with a sign.
double integer_of_32_bits(std::string_view digits, int base) {
    std::uint32_t bits = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, bits, base);
    if (read.ec != std::errc{} || read.ptr != end) return nan;
    return static_cast<double>(static_cast<std::int32_t>(bits));
}

/// Without the blanks (of any script) around it.
std::string_view without_blanks(std::string_view text) {
    static constexpr std::array<std::string_view, 26> blanks{
        " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u00A0", "\u1680", "\u2000",
        "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
        "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF", "\u0085"};
    for (bool found = true; found;) {
        found = false;
        for (const auto blank : blanks) {
            if (text.starts_with(blank)) {
                text.remove_prefix(blank.size());
                found = true;
            }
            if (text.ends_with(blank)) {
                text.remove_suffix(blank.size());
                found = true;
            }
        }
    }
    return text;
}

}  // namespace

std::string number_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    if (number == 0) return "0";

    // 15 digits, then laid out anew: `d.dddddddddddddde±xx`.
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                       std::chars_format::scientific, 14);
    const std::string_view scientific{buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
    const auto exponent_at = scientific.find('e');
    std::string digits{scientific.substr(0, 1)};
    digits += scientific.substr(2, exponent_at - 2);
    digits.erase(digits.find_last_not_of('0') + 1);
    int exponent = 0;
    const auto exponent_digits = scientific.substr(exponent_at + 2);
    std::from_chars(exponent_digits.data(), exponent_digits.data() + exponent_digits.size(), exponent);
    if (scientific[exponent_at + 1] == '-') exponent = -exponent;

    std::string text = number < 0 ? "-" : "";
    if (exponent >= 15 || exponent < -4) {
        text += digits.front();
        if (digits.size() > 1) text.append(".").append(digits, 1);
        const auto magnitude = std::to_string(std::abs(exponent));
        return text.append(exponent < 0 ? "E-" : "E+").append(magnitude.size() < 2 ? "0" : "").append(magnitude);
    }
    if (exponent < 0) return text.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) return text.append(digits).append(whole - digits.size(), '0');
    return text.append(digits, 0, whole).append(".").append(digits, whole);
}

std::optional<double> decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto whole = digits_at(text, 0);
    auto end = whole;
    std::size_t fraction = 0;
    if (end < text.size() && text[end] == '.') {
        fraction = digits_at(text, end + 1);
        end += 1 + fraction;
    }
    if (whole + fraction == 0) return std::nullopt;
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        ++end;
        if (end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
        const auto exponent = digits_at(text, end);
        if (exponent == 0) return std::nullopt;
        end += exponent;
    }
    if (end != text.size()) return std::nullopt;

    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc::result_out_of_range) number = overflows(text) ? infinity : 0.0;
    return negative ? -number : number;
}

double text_number(std::string_view text) {
    text = without_blanks(text);
    if (text.empty()) return 0;
    if (text.starts_with("0x")) return integer_of_32_bits(text.substr(2), 16);
    if (text.starts_with("0o")) return integer_of_32_bits(text.substr(2), 8);
    if (text == "Infinity" || text == "+Infinity") return infinity;
    if (text == "-Infinity") return -infinity;
    return decimal(text).value_or(nan);
}

}  // namespace flux::workflow
