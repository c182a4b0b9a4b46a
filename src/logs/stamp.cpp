#include "logs/stamp.hpp"

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace flux::logs {

namespace {

namespace chrono = std::chrono;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

unsigned number_at(std::string_view text, std::size_t at, std::size_t digits) {
    unsigned number = 0;
    for (std::size_t i = 0; i < digits; ++i) number = number * 10 + static_cast<unsigned>(text[at + i] - '0');
    return number;
}

}  // namespace

Stamp stamp_at(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= shape.size() || text[4] != '-' || text[10] != 'T') return {};
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return {};
    }
    auto at = shape.size();
    std::int64_t microseconds = 0;
    if (text[at] == '.') {
        std::int64_t unit = 100'000;
        for (++at; at < text.size() && is_digit(text[at]); ++at, unit /= 10) microseconds += unit * (text[at] - '0');
    }
    if (at >= text.size() || text[at] != 'Z') return {};
    ++at;

    const chrono::year_month_day date{chrono::year{static_cast<int>(number_at(text, 0, 4))},
                                      chrono::month{number_at(text, 5, 2)}, chrono::day{number_at(text, 8, 2)}};
    const auto hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};
    const auto time = chrono::sys_days{date} + chrono::hours{hour} + chrono::minutes{minute} + chrono::seconds{second} +
                      chrono::microseconds{microseconds};
    const bool blank = at < text.size() && text[at] == ' ';
    return {time, blank ? at + 1 : at, blank && at == 28};
}

Stamp StampReader::read_anew(std::string_view text) {
    const auto stamp = stamp_at(text);
    if (stamp.usual) {
        text.copy(last_.data(), to_second);
        second_ = chrono::floor<chrono::seconds>(stamp.time);
    }
    return stamp;
}

/// Microseconds of the second, where `text` begins with a usual stamp of the last one's second; else -1. Eight bytes at
/// a time: a stamp is a third of a usual line.
std::int32_t StampReader::of_same_second(std::string_view text) const {
    if constexpr (std::endian::native != std::endian::little) return -1;
    if (text.size() < usual_length) return -1;
    const auto word_of = [](const char* from) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        return word;
    };
    const auto* const begin = text.data();
    constexpr auto overlap = to_second - sizeof(std::uint64_t);
    const auto differs = (word_of(begin) ^ word_of(last_.data())) | (word_of(begin + 8) ^ word_of(last_.data() + 8)) |
                         (word_of(begin + overlap) ^ word_of(last_.data() + overlap));
    if (differs != 0 || begin[27] != 'Z' || begin[28] != ' ') return -1;

    // A point and seven digits, the first in the lowest byte: less what they are at least, 0 and 0 to 9. Only a byte
    // that has its high bit already carries into the next.
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    auto digits = word_of(begin + to_second) ^ ('0' * ones - '0' + '.');
    if (((digits | (digits + (0x7fU - 9) * ones + 9)) & 0x80U * ones) != 0) return -1;
    // Neighbours are joined to numbers of two digits, of four, of eight.
    digits = digits * 10 + (digits >> 8U);
    digits = (digits & 0x00ff'00ff'00ff'00ffU) * 100 + (digits >> 16U & 0x00ff'00ff'00ff'00ffU);
    digits = (digits & 0xffff'ffffU) % 65'536 * 10'000 + (digits >> 32U & 0xffffU);
    return static_cast<std::int32_t>(digits / 10);
}

}  // namespace flux::logs
