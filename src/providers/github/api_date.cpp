#include "providers/github/api_date.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace flux::providers::github {

std::optional<WallTime> http_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return {};
    const auto month = std::ranges::find(months, text.substr(8, 3));
    const auto day = to_integer(text.substr(5, 2));
    const auto year = to_integer(text.substr(12, 4));
    const auto hour = to_integer(text.substr(17, 2));
    const auto minute = to_integer(text.substr(20, 2));
    const auto second = to_integer(text.substr(23, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second) return {};
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
    return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

}  // namespace flux::providers::github
