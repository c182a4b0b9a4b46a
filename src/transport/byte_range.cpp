#include "transport/byte_range.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace flux::transport {

namespace {

/// Digits only; what is too large for the type is as good as its largest value.
std::optional<std::uint64_t> read_number(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return UINT64_MAX;
    return number;
}

}  // namespace

ByteRange read_byte_range(std::optional<std::string_view> field, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    const ByteRange whole{ByteRange::Kind::whole, 0, size};
    if (!field || !equal_ignoring_case(field->substr(0, unit.size()), unit)) return whole;
    const auto spec = trimmed(field->substr(unit.size()));
    const auto hyphen = spec.find('-');
    if (hyphen == std::string_view::npos) return whole;
    const auto first = spec.substr(0, hyphen);
    const auto last = spec.substr(hyphen + 1);

    const ByteRange unsatisfiable{ByteRange::Kind::unsatisfiable, 0, 0};
    if (first.empty()) {
        const auto suffix = read_number(last);
        if (!suffix) return whole;
        if (*suffix == 0 || size == 0) return unsatisfiable;
        const auto length = std::min(*suffix, size);
        return {ByteRange::Kind::part, size - length, length};
    }
    const auto from = read_number(first);
    const auto to = last.empty() ? UINT64_MAX : read_number(last);
    if (!from || !to || *to < *from) return whole;
    if (*from >= size) return unsatisfiable;
    return {ByteRange::Kind::part, *from, std::min(*to, size - 1) - *from + 1};
}

bool matches_etag(std::string_view list, std::string_view etag) {
    if (trimmed(list) == "*") return true;
    const auto items = split(list, ',');
    return std::any_of(items.begin(), items.end(), [&](std::string_view item) {
        item = trimmed(item);
        if (item.starts_with("W/")) item.remove_prefix(2);
        return item == etag;
    });
}

}  // namespace flux::transport
