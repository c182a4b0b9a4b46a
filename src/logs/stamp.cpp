#include "logs/stamp.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

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

Stamp StampReader::read(std::string_view text) {
    constexpr std::size_t usual_length = 29;
    if (text.size() >= usual_length && text.substr(0, to_second) == std::string_view{last_.data(), to_second} &&
        text[19] == '.' && text[27] == 'Z' && text[28] == ' ') {
        unsigned microseconds = 0;
        bool digits = true;
        for (std::size_t i = 20; i < 26; ++i) {
            digits = digits && is_digit(text[i]);
            microseconds = microseconds * 10 + static_cast<unsigned>(text[i] - '0');
        }
        if (digits && is_digit(text[26]))
            return {second_ + std::chrono::microseconds{microseconds}, usual_length, true};
    }
    const auto stamp = stamp_at(text);
    if (stamp.usual) {
        text.copy(last_.data(), to_second);
        second_ = std::chrono::floor<std::chrono::seconds>(stamp.time);
    }
    return stamp;
}

std::string_view without_byte_order_marks(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    while (text.starts_with(mark)) text.remove_prefix(mark.size());
    return text;
}

}  // namespace flux::logs
