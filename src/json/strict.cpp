#include "json/strict.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "json/plain_text.hpp"
#include "json/unescape.hpp"

namespace flux::json {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The text is read one way only, so the place is handed on from function to function and stays in a register.
// `nullptr` stands for a problem, which is noted in the scanner.

const char* skip_digits(const char* at, const char* end) {
    while (at != end && is_digit(*at)) ++at;
    return at;
}

/// Whether the names of an object may hold one twice, told without comparing them: most objects have few members, whose
/// names differ in their length or in a byte at their ends.
class NamesSeen {
public:
    /// `name` has a quote before and behind it.
    void add(const char* name, std::uint32_t size) {
        const auto first = static_cast<unsigned char>(*name);
        const auto last = static_cast<unsigned char>(name[std::ptrdiff_t{size} - 1]);
        const auto bit = std::uint64_t{1} << ((size + 5 * first + 11 * last) % 64);
        maybe_twice_ |= (seen_ & bit) != 0;
        seen_ |= bit;
    }
    bool maybe_twice() const { return maybe_twice_; }

private:
    std::uint64_t seen_ = 0;
    bool maybe_twice_ = false;
};

/// Recursive descent; the depth limit bounds the stack.
class Scanner {
public:
    Scanner(std::string_view text, const StrictLimits& limits, Places& places)
        : begin_{text.data()}, end_{text.data() + text.size()}, limits_{limits}, places_{places} {}

    Result<Raw> whole() {
        const auto* at = begin_;
        const char c = next(at);
        places_.push_back({.begin = offset(at)});
        at = value(c, at, 0, 0);
        if (at != nullptr) {
            close(0, at);
            next(at);
            if (at == end_) return Raw{begin_, places_.front()};
            stop(at, "nothing may follow the value");
        }
        return fail(code_, fmt::format("Not acceptable JSON at byte {}: {}.", position_ - begin_, problem_));
    }

private:
    std::nullptr_t stop(const char* where, const char* problem, Errc code = Errc::invalid_argument) {
        position_ = where;
        problem_ = problem;
        code_ = code;
        return nullptr;
    }

    std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

    bool stands(char c, const char* at) const { return at != end_ && *at == c; }

    /// Goes to the next byte that isn't blank; NUL at the end, which means nothing anywhere else either.
    char next(const char*& at) const {
        while (at != end_) {
            // Whatever has meaning is above the blanks.
            if (*at > ' ' || !is_blank(*at)) return *at;
            ++at;
        }
        return '\0';
    }

    /// Notes that the value with this place ends before `at`.
    void close(std::size_t index, const char* at) {
        auto& place = places_[index];
        place.end = offset(at);
        place.values = static_cast<std::uint32_t>(places_.size() - index);
    }

    /// The value that begins with `c` at `at`, whose place is the one with this index. Most are strings, for which
    /// nothing has to be called.
    [[gnu::always_inline]] const char* value(char c, const char* at, std::size_t depth, std::size_t index) {
        if (c != '"') return other_value(c, at, depth);
        bool escaped = false;
        at = string(at, escaped);
        places_[index].value_escaped = escaped;
        return at;
    }

    const char* other_value(char c, const char* at, std::size_t depth) {
        switch (c) {
        case '{': return object(at, depth + 1);
        case '[': return array(at, depth + 1);
        case 't': return word(at, "true");
        case 'f': return word(at, "false");
        case 'n': return word(at, "null");
        default: return at == end_ ? stop(at, "the text ends where a value should be") : number(at);
        }
    }

    const char* object(const char* at, std::size_t depth) {
        if (depth > limits_.depth) return stop(at, "the nesting is too deep", Errc::too_large);
        const auto first = places_.size();
        auto c = next(++at);
        if (c == '}') return at + 1;
        std::size_t members = 0;
        bool escapes = false;
        NamesSeen seen;
        for (;;) {
            if (c != '"') return stop(at, "the name of a member should be here");
            const auto* const name = at + 1;
            bool escaped = false;
            at = string(at, escaped);
            if (at == nullptr) return nullptr;
            ++members;
            escapes |= escaped;
            const auto name_size = static_cast<std::uint32_t>(at - 1 - name);
            seen.add(name, name_size);
            if (next(at) != ':') return stop(at, "a `:` should be here");
            c = next(++at);
            const auto index = places_.size();
            places_.emplace_back(offset(name), name_size, offset(at), 0U, 1U, escaped);
            at = value(c, at, depth, index);
            if (at == nullptr) return nullptr;
            close(index, at);
            c = next(at);
            if (c == '}') break;
            if (c != ',') return stop(at, "a `,` or a `}` should be here");
            c = next(++at);
        }
        if (escapes || seen.maybe_twice()) {
            if (const auto* twice = name_twice(first, members, escapes)) {
                return stop(twice, "this name is in its object already");
            }
        }
        return at + 1;
    }

    const char* array(const char* at, std::size_t depth) {
        if (depth > limits_.depth) return stop(at, "the nesting is too deep", Errc::too_large);
        auto c = next(++at);
        if (c == ']') return at + 1;
        for (;;) {
            const auto index = places_.size();
            places_.emplace_back(0U, 0U, offset(at));
            at = value(c, at, depth, index);
            if (at == nullptr) return nullptr;
            close(index, at);
            c = next(at);
            if (c == ']') break;
            if (c != ',') return stop(at, "a `,` or a `]` should be here");
            c = next(++at);
        }
        return at + 1;
    }

    /// Of the object whose members' places begin at `first`; the place of a name that is there twice, or nullptr.
    const char* name_twice(std::size_t first, std::size_t members, bool escapes) const {
        const auto* const begin = places_.data() + first;
        const auto* const end = places_.data() + places_.size();
        if (members > 8 || escapes) return name_twice_among_many(begin, end, members);
        for (const auto* later = begin + begin->values; later < end; later += later->values) {
            for (const auto* earlier = begin; earlier != later; earlier += earlier->values) {
                if (name(*earlier) == name(*later)) return begin_ + later->name;
            }
        }
        return nullptr;
    }

    const char* name_twice_among_many(const Place* begin, const Place* end, std::size_t members) const {
        std::forward_list<std::string> decoded;
        std::vector<std::pair<std::string_view, const char*>> names;
        names.reserve(members);
        for (const auto* place = begin; place < end; place += place->values) {
            const auto raw = name(*place);
            names.emplace_back(place->escaped ? decoded.emplace_front(unescaped(raw)) : raw, raw.data());
        }
        // In the order of the text among equals, so that the later one is named.
        std::sort(names.begin(), names.end());
        const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
        const auto pair = std::adjacent_find(names.begin(), names.end(), same);
        return pair == names.end() ? nullptr : std::next(pair)->second;
    }

    std::string_view name(const Place& place) const { return {begin_ + place.name, place.name_size}; }

    /// From the quote at `at` to behind the one that ends it.
    [[gnu::always_inline]] const char* string(const char* at, bool& escaped) {
        at = skip_plain(at + 1, begin_, end_);
        return stands('"', at) ? at + 1 : rest_of_string(at, escaped);
    }

    const char* rest_of_string(const char* at, bool& escaped) {
        for (;;) {
            if (at == end_) return stop(at, "the text ends inside a string");
            if (*at == '"') return at + 1;
            if (*at != '\\') return stop(at, "a control character has to be escaped in a string");
            escaped = true;
            at = escape(at);
            if (at == nullptr) return nullptr;
            at = skip_plain(at, begin_, end_);
        }
    }

    const char* escape(const char* at) {
        const auto* const start = at++;
        if (at == end_) return stop(at, "the text ends inside a string");
        if (*at != 'u') {
            if (std::string_view{"\"\\/bfnrt"}.find(*at) == std::string_view::npos) return stop(at, "no such escape");
            return at + 1;
        }
        unsigned unit = 0;
        at = hex(at + 1, unit);
        if (at == nullptr) return nullptr;
        if (unit >= 0xDC00 && unit <= 0xDFFF) return stop(start, "half of a surrogate pair");
        if (unit < 0xD800 || unit > 0xDFFF) return at;
        if (end_ - at < 2 || at[0] != '\\' || at[1] != 'u') return stop(start, "half of a surrogate pair");
        at = hex(at + 2, unit);
        if (at == nullptr) return nullptr;
        return unit >= 0xDC00 && unit <= 0xDFFF ? at : stop(start, "half of a surrogate pair");
    }

    const char* hex(const char* at, unsigned& unit) {
        if (end_ - at < 4) return stop(at, "four hexadecimal digits should be here");
        const auto [stopped, error] = std::from_chars(at, at + 4, unit, 16);
        if (error != std::errc{} || stopped != at + 4) return stop(at, "four hexadecimal digits should be here");
        return at + 4;
    }

    const char* word(const char* at, std::string_view expected) {
        const std::string_view rest{at, static_cast<std::size_t>(end_ - at)};
        if (rest.substr(0, expected.size()) != expected) return stop(at, "a value should be here");
        return at + expected.size();
    }

    const char* number(const char* at) {
        const auto* const start = at;
        if (*at == '-') ++at;
        if (at == end_ || !is_digit(*at)) return stop(start, "a value should be here");
        const bool zero = *at == '0';
        ++at;
        if (zero && at != end_ && is_digit(*at)) return stop(at, "a number may not begin with 0");
        at = skip_digits(at, end_);
        bool whole = true;
        if (stands('.', at)) {
            whole = false;
            at = some_digits(at + 1);
            if (at == nullptr) return nullptr;
        }
        if (stands('e', at) || stands('E', at)) {
            whole = false;
            ++at;
            if (stands('+', at) || stands('-', at)) ++at;
            while (stands('0', at) && end_ - at > 1 && is_digit(at[1])) ++at;
            const auto* const digits = at;
            at = some_digits(at);
            if (at == nullptr) return nullptr;
            // Some readers give up at such exponents even where the number is 0.
            if (at - digits > 4) return stop(start, "the exponent is too large", Errc::too_large);
        }
        const auto length = static_cast<std::size_t>(at - start);
        if (length > limits_.number_length) return stop(start, "the number is too long", Errc::too_large);
        if ((whole && length < 300) || is_finite({start, length})) return at;
        return stop(start, "the number is too large", Errc::too_large);
    }

    static bool is_finite(std::string_view text) {
        double number = 0;
        const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        // Too small is no harm: such a number is 0 to every reader.
        return error == std::errc{} || text.find("e-") != std::string_view::npos ||
               text.find("E-") != std::string_view::npos;
    }

    const char* some_digits(const char* at) {
        if (at == end_ || !is_digit(*at)) return stop(at, "a digit should be here");
        return skip_digits(at, end_);
    }

    const char* begin_;
    const char* end_;
    const StrictLimits& limits_;
    Places& places_;
    const char* position_ = nullptr;
    const char* problem_ = "";
    Errc code_ = Errc::invalid_argument;
};

/// Where the first malformed character of `text` begins.
std::size_t first_malformed(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = 1;
        while (length <= 4 && !is_utf8(text.substr(at, length))) ++length;
        if (length > 4) break;
        at += length;
    }
    return at;
}

}  // namespace

Result<Raw> read_strictly(std::string_view text, Places& places, const StrictLimits& limits) {
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::too_large, "Not acceptable JSON: the text has 4 GiB or more.");
    }
    const auto ascii = ascii_length(text);
    if (ascii != text.size() && !simdjson::validate_utf8(text.data() + ascii, text.size() - ascii)) {
        return fail(Errc::invalid_argument,
                    fmt::format("Not acceptable JSON at byte {}: the text isn't UTF-8.", first_malformed(text)));
    }
    places.clear();
    return Scanner{text, limits, places}.whole();
}

Result<void> check_strictly(std::string_view text, const StrictLimits& limits) {
    Places places;
    return read_strictly(text, places, limits).map([](const Raw&) {});
}

}  // namespace flux::json
