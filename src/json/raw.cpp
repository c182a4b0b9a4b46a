#include "json/raw.hpp"

#include <charconv>
#include <cmath>

#include "json/unescape.hpp"

namespace flux::json {

namespace {

// By hand: the library's searches for one of several characters call memchr for each byte of the text.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr bool ends_word(char c) { return is_blank(c) || c == ',' || c == ']' || c == '}'; }

void skip_blanks(std::string_view& text) {
    std::size_t first = 0;
    while (first < text.size() && is_blank(text[first])) ++first;
    text.remove_prefix(first);
}

/// Where the string at the front of `text` ends. Quotes are looked for, not every byte: long texts are the rule inside
/// arguments.
std::size_t string_length(std::string_view text) {
    for (auto quote = text.find('"', 1); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
        const auto before = text.find_last_not_of('\\', quote - 1);
        const auto backslashes = quote - 1 - before;
        if (backslashes % 2 == 0) return quote + 1;
    }
    return text.size();
}

/// Where the value at the front of `text` ends. The text has been checked, so brackets match and only strings can hide
/// them.
std::size_t value_length(std::string_view text) {
    if (text.front() == '"') return string_length(text);
    if (text.front() != '{' && text.front() != '[') {
        std::size_t end = 0;
        while (end < text.size() && !ends_word(text[end])) ++end;
        return end;
    }
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"') {
            at += string_length(text.substr(at));
            continue;
        }
        ++at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return text.size();
}

std::string_view take_value(std::string_view& rest) {
    skip_blanks(rest);
    const auto value = rest.substr(0, value_length(rest));
    rest.remove_prefix(value.size());
    return value;
}

}  // namespace

Raw::Raw(std::string_view text) : text_{text} {
    skip_blanks(text_);
    while (!text_.empty() && is_blank(text_.back())) text_.remove_suffix(1);
}

Kind Raw::kind() const {
    switch (text_.front()) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case '"': return Kind::string;
    case 't':
    case 'f': return Kind::boolean;
    case 'n': return Kind::null;
    default: return Kind::number;
    }
}

std::optional<std::string> Raw::string() const {
    if (!is(Kind::string)) return {};
    return unescaped(text_.substr(1, text_.size() - 2));
}

std::optional<std::int64_t> Raw::integer() const {
    if (!is(Kind::number)) return {};
    const auto* end = text_.data() + text_.size();
    std::int64_t exact = 0;
    const auto [stopped, error] = std::from_chars(text_.data(), end, exact);
    if (stopped == end) return error == std::errc{} ? std::optional{exact} : std::nullopt;
    double number = 0;
    if (std::from_chars(text_.data(), end, number).ec != std::errc{} || std::trunc(number) != number) return {};
    // 2^63 itself is no int64 any more, and -2^63 is one.
    constexpr double limit = 9223372036854775808.0;
    if (number < -limit || number >= limit) return {};
    return static_cast<std::int64_t>(number);
}

Raw Raw::member(std::string_view name) const {
    for (Members member{*this}; member.next();) {
        if (member.name() == name) return member.value();
    }
    return {};
}

Members::Members(Raw object) {
    if (object.is(Kind::object)) rest_ = object.text().substr(1);
}

bool Members::next() {
    skip_blanks(rest_);
    if (!rest_.empty() && rest_.front() == ',') rest_.remove_prefix(1);
    skip_blanks(rest_);
    if (rest_.empty() || rest_.front() == '}') return false;

    const auto quoted = take_value(rest_);
    name_ = quoted.substr(1, quoted.size() - 2);
    if (name_.find('\\') != std::string_view::npos) {
        unescaped_ = unescaped(name_);
        name_ = unescaped_;
    }
    skip_blanks(rest_);
    rest_.remove_prefix(1);  // the colon
    value_.text_ = take_value(rest_);
    return true;
}

Elements::Elements(Raw array) {
    if (array.is(Kind::array)) rest_ = array.text().substr(1);
}

bool Elements::next() {
    skip_blanks(rest_);
    if (!rest_.empty() && rest_.front() == ',') rest_.remove_prefix(1);
    skip_blanks(rest_);
    if (rest_.empty() || rest_.front() == ']') return false;
    value_.text_ = take_value(rest_);
    return true;
}

}  // namespace flux::json
