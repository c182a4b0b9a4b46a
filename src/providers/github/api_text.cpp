#include "providers/github/api_text.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <utility>

#include "base/text.hpp"
#include "json/strict.hpp"

namespace flux::providers::github {

namespace {

const boost::json::object no_object;
const boost::json::array no_array;

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    if (text.size() < from + count) return {};
    int value = 0;
    for (const char digit : text.substr(from, count)) {
        if (digit < '0' || digit > '9') return {};
        value = value * 10 + (digit - '0');
    }
    return value;
}

/// What stands behind the seconds: `Z`, or `+hh:mm`.
std::optional<std::chrono::minutes> offset_from(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes{0};
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes) return {};
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return text[0] == '-' ? -offset : offset;
}

}  // namespace

Result<boost::json::value> tree_of(std::string_view text) {
    if (const auto checked = json::check_strictly(text); !checked) {
        return fail(Errc::upstream_failed, "GitHub's answer is not proper JSON; try again.", "upstream_answer_invalid");
    }
    boost::system::error_code wrong;
    boost::json::parse_options options;
    options.max_depth = 64;
    auto value = boost::json::parse(text, wrong, {}, options);
    if (wrong)
        return fail(Errc::upstream_failed, "GitHub's answer can't be read; try again.", "upstream_answer_invalid");
    return value;
}

Result<boost::json::array> list_in(const boost::json::value& answer, std::string_view member) {
    const auto* list = &answer;
    if (!member.empty()) list = as_object(answer).if_contains(member);
    if (list == nullptr || !list->is_array()) {
        return fail(Errc::upstream_failed, "GitHub's answer holds no list where one belongs; try again.",
                    "upstream_answer_invalid");
    }
    return list->get_array();
}

std::optional<WallTime> time_from(std::string_view text) {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return {};
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
        text[16] != ':') {
        return {};
    }
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};

    text.remove_prefix(19);
    std::int64_t micros = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        std::int64_t unit = 100'000;
        std::size_t count = 0;
        for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
            micros += unit * (text[count] - '0');
            unit /= 10;
        }
        if (count == 0 || count > 9) return {};
        text.remove_prefix(count);
    }
    const auto offset = offset_from(text);
    if (!offset) return {};
    return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + std::chrono::microseconds{micros} - *offset;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{std::string_view{value->get_string()}} : std::string{};
}

std::int64_t number_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::optional<WallTime> time_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? time_from(value->get_string()) : std::nullopt;
}

const boost::json::object& as_object(const boost::json::value& value) {
    return value.is_object() ? value.get_object() : no_object;
}

const boost::json::array& as_array(const boost::json::value& value) {
    return value.is_array() ? value.get_array() : no_array;
}

const boost::json::object& object_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? no_object : as_object(*value);
}

const boost::json::array& array_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? no_array : as_array(*value);
}

}  // namespace flux::providers::github
