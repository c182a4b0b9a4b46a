#include "json/raw.hpp"

#include <bit>
#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "json/plain_text.hpp"
#include "json/unescape.hpp"

namespace flux::json {

namespace {

// By hand: the library's searches for one of several characters call memchr for each byte of the text.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr bool ends_word(char c) { return is_blank(c) || c == ',' || c == ']' || c == '}'; }

const char* skip_blanks(const char* at, const char* end) {
    while (at != end && is_blank(*at)) ++at;
    return at;
}

/// Where the string ends that begins at `at`, and whether it holds escapes.
const char* end_of_string(const char* at, const char* end, bool& escaped) {
    for (++at;; at += 2) {
        at = skip_plain(at, end);
        if (end - at < 2 || *at == '"') return at == end ? end : at + 1;
        escaped = true;
    }
}

/// `number` without its fraction and exponent, where that changes nothing: a double has fewer digits than an integer.
/// Nothing for what isn't whole as it is spelled, and for what is too long to be any.
std::optional<std::string> whole_digits(std::string_view number) {
    const auto e = number.find_first_of("eE");
    const auto mantissa = number.substr(0, e);
    int exponent = 0;
    if (e != std::string_view::npos) {
        auto digits = number.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (read.ec != std::errc{}) return {};
    }
    std::string digits{mantissa};
    if (const auto point = mantissa.find('.'); point != std::string_view::npos) {
        const auto fraction = static_cast<int>(mantissa.size() - point - 1);
        if (exponent < std::numeric_limits<int>::min() + fraction) return {};
        exponent -= fraction;
        digits.erase(point, 1);
    }
    const std::size_t least = digits.front() == '-' ? 2 : 1;
    for (; exponent < 0 && digits.size() > least && digits.back() == '0'; ++exponent) digits.pop_back();
    constexpr int most_digits = 19;
    if (exponent < 0 || exponent > most_digits) return {};
    digits.append(static_cast<std::size_t>(exponent), '0');
    return digits;
}

const char* end_of_string(const char* at, const char* end) {
    bool escaped = false;
    return end_of_string(at, end, escaped);
}

/// Where the object or array ends that begins at `at`. The text has been checked, so brackets match and only strings
/// can hide them.
const char* end_of_brackets(const char* at, const char* end) {
    std::size_t depth = 0;
#ifdef __SSE2__
    bool in_string = false;
    // Up to the first escape, sixteen bytes a step.
    for (; end - at >= 16; at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto where = [](__m128i in, char c) {
            return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(in, _mm_set1_epi8(c))));
        };
        if (where(bytes, '\\') != 0) break;
        // Each bit becomes the parity of the quotes up to it: set from an opening quote to the one that closes it.
        auto inside = where(bytes, '"');
        for (const int step : {1, 2, 4, 8}) inside ^= inside << step;
        if (in_string) inside = ~inside;
        in_string = (inside & 0x8000) != 0;
        // This one bit is all that tells `[` from `{`, and `]` from `}`.
        const auto braces = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        const auto open = where(braces, '{') & ~inside;
        for (auto left = open | (where(braces, '}') & ~inside); left != 0; left &= left - 1) {
            const auto bit = left & ~(left - 1);
            if ((open & bit) != 0) {
                ++depth;
            } else if (--depth == 0) {
                return at + std::countr_zero(bit) + 1;
            }
        }
    }
    if (in_string) at = end_of_string(at - 1, end);
#endif
    while (at != end) {
        switch (*at) {
        case '"': at = end_of_string(at, end); continue;
        case '{':
        case '[': ++depth; break;
        case '}':
        case ']':
            if (--depth == 0) return at + 1;
            break;
        default: break;
        }
        ++at;
    }
    return end;
}

const char* end_of_value(const char* at, const char* end) {
    if (at == end) return end;
    if (*at == '"') return end_of_string(at, end);
    if (*at == '{' || *at == '[') return end_of_brackets(at, end);
    while (at != end && !ends_word(*at)) ++at;
    return at;
}

}  // namespace

Raw::Raw(std::string_view text) : text_{text} {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
    while (!text_.empty() && is_blank(text_.back())) text_.remove_suffix(1);
}

std::optional<std::string> Raw::string() const {
    if (!is(Kind::string)) return {};
    const auto body = text_.substr(1, text_.size() - 2);
    const bool escaped = place_ != nullptr ? place_->value_escaped : body.find('\\') != std::string_view::npos;
    if (!escaped) return std::optional<std::string>{std::in_place, body};
    return unescaped(body);
}

std::optional<std::int64_t> Raw::integer() const {
    if (!is(Kind::number)) return {};
    const auto* end = text_.data() + text_.size();
    std::int64_t exact = 0;
    const auto [stopped, error] = std::from_chars(text_.data(), end, exact);
    if (stopped == end) return error == std::errc{} ? std::optional{exact} : std::nullopt;
    if (const auto digits = whole_digits(text_)) {
        std::int64_t whole = 0;
        const auto* const last = digits->data() + digits->size();
        return std::from_chars(digits->data(), last, whole).ec == std::errc{} ? std::optional{whole} : std::nullopt;
    }
    // Nothing but zero is whole however it is spelled.
    const auto mantissa = text_.substr(0, text_.find_first_of("eE"));
    return mantissa.find_first_of("123456789") == std::string_view::npos ? std::optional{std::int64_t{0}}
                                                                         : std::nullopt;
}

std::optional<double> Raw::number() const {
    if (!is(Kind::number)) return {};
    // One that is too small stays 0; one that is too large doesn't pass the pre-pass.
    double number = 0;
    std::from_chars(text_.data(), text_.data() + text_.size(), number);
    return number;
}

std::optional<bool> Raw::boolean() const {
    if (!is(Kind::boolean)) return {};
    return text_ == "true";
}

Raw Raw::member(std::string_view name) const {
    if (place_ != nullptr && is(Kind::object)) {
        const auto* const origin = text_.data() - place_->begin;
        for (const auto *place = place_ + 1, *last = place_ + place_->values; place != last; place += place->values) {
            const std::string_view found{origin + place->name, place->name_size};
            if (place->escaped ? unescaped(found) == name : found == name) return Raw{origin, *place};
        }
        return {};
    }
    for (Members member{*this}; member.next();) {
        if (member.name() == name) return member.value();
    }
    return {};
}

Members::Members(Raw object) {
    if (!object.is(Kind::object)) return;
    at_ = object.text().data();
    if (const auto* place = object.place()) {
        at_ -= place->begin;
        place_ = place + 1;
        last_ = place + place->values;
        return;
    }
    end_ = at_ + object.text().size();
    ++at_;
}

bool Members::next_in_text() {
    if (end_ == nullptr) return false;
    at_ = skip_blanks(at_, end_);
    if (at_ != end_ && *at_ == ',') at_ = skip_blanks(at_ + 1, end_);
    if (at_ == end_ || *at_ == '}') return false;

    const auto* const name = at_ + 1;
    bool escaped = false;
    at_ = end_of_string(at_, end_, escaped);
    name_ = {name, static_cast<std::size_t>(at_ - 1 - name)};
    if (escaped) decode(name_);
    at_ = skip_blanks(skip_blanks(at_, end_) + 1, end_);  // over the colon
    const auto* const value = at_;
    at_ = end_of_value(at_, end_);
    value_ = Raw{std::string_view{value, static_cast<std::size_t>(at_ - value)}};
    return true;
}

void Members::decode(std::string_view name) {
    unescaped_ = unescaped(name);
    name_ = unescaped_;
}

Elements::Elements(Raw array) {
    if (!array.is(Kind::array)) return;
    at_ = array.text().data();
    if (const auto* place = array.place()) {
        at_ -= place->begin;
        place_ = place + 1;
        last_ = place + place->values;
        return;
    }
    end_ = at_ + array.text().size();
    ++at_;
}

bool Elements::next() {
    if (place_ != last_) {
        value_ = Raw{at_, *place_};
        place_ += place_->values;
        return true;
    }
    if (end_ == nullptr) return false;
    at_ = skip_blanks(at_, end_);
    if (at_ != end_ && *at_ == ',') at_ = skip_blanks(at_ + 1, end_);
    if (at_ == end_ || *at_ == ']') return false;
    const auto* const value = at_;
    at_ = end_of_value(at_, end_);
    value_ = Raw{std::string_view{value, static_cast<std::size_t>(at_ - value)}};
    return true;
}

}  // namespace flux::json
