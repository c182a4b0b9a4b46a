#include "json/strict.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <forward_list>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "json/plain_text.hpp"
#include "json/unescape.hpp"

namespace flux::json {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The names of the objects that are open, the innermost at the end. One a thread, so that a message costs no
/// allocation.
class Names {
public:
    std::size_t size() const { return names_.size(); }

    void add(std::string_view raw, bool escaped) {
        names_.push_back({escaped ? decoded_.emplace_front(unescaped(raw)) : raw, raw.data()});
    }

    /// Closes the object whose names begin at `first`; the place of one that is there twice, or nullptr.
    const char* close(std::size_t first) {
        const auto twice = find_twice(first);
        names_.resize(first);
        return twice;
    }

    void clear() {
        names_.clear();
        decoded_.clear();
        if (names_.capacity() > 4096) names_.shrink_to_fit();
    }

private:
    struct Name {
        std::string_view text;
        const char* place;
    };

    const char* find_twice(std::size_t first) {
        const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto same = [](const Name& a, const Name& b) { return a.text == b.text; };
        if (names_.end() - begin <= 8) {
            for (auto name = begin; name != names_.end(); ++name) {
                const auto earlier = std::find_if(begin, name, [&](const Name& n) { return same(n, *name); });
                if (earlier != name) return name->place;
            }
            return nullptr;
        }
        // In the order of the text among equals, so that the later one is named.
        std::sort(begin, names_.end(),
                  [](const Name& a, const Name& b) { return a.text != b.text ? a.text < b.text : a.place < b.place; });
        const auto pair = std::adjacent_find(begin, names_.end(), same);
        return pair == names_.end() ? nullptr : std::next(pair)->place;
    }

    std::vector<Name> names_;
    std::forward_list<std::string> decoded_;  ///< those that hold escapes
};

/// Recursive descent; the depth limit bounds the stack. Every member gives false once `problem_` is set.
class Scanner {
public:
    Scanner(std::string_view text, const StrictLimits& limits, Names& names)
        : begin_{text.data()}, at_{text.data()}, end_{text.data() + text.size()}, limits_{limits}, names_{names} {}

    Result<void> whole() {
        skip_blanks();
        if (value(0)) {
            skip_blanks();
            if (at_ == end_) return {};
            stop("nothing may follow the value");
        }
        return fail(code_, fmt::format("Not acceptable JSON at byte {}: {}.", position_ - begin_, problem_));
    }

private:
    bool stop(const char* problem, Errc code = Errc::invalid_argument) { return stop_at(at_, problem, code); }

    bool stop_at(const char* where, const char* problem, Errc code = Errc::invalid_argument) {
        position_ = where;
        problem_ = problem;
        code_ = code;
        return false;
    }

    bool next_is(char c) const { return at_ != end_ && *at_ == c; }

    void skip_blanks() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }

    bool value(std::size_t depth) {
        if (at_ == end_) return stop("the text ends where a value should be");
        switch (*at_) {
        case '{': return object(depth + 1);
        case '[': return array(depth + 1);
        case '"': {
            bool escaped = false;
            return string(escaped);
        }
        case 't': return word("true");
        case 'f': return word("false");
        case 'n': return word("null");
        default: return number();
        }
    }

    bool object(std::size_t depth) {
        if (depth > limits_.depth) return stop("the nesting is too deep", Errc::too_large);
        const auto first = names_.size();
        ++at_;
        skip_blanks();
        if (next_is('}')) {
            ++at_;
            return true;
        }
        for (;;) {
            if (!next_is('"')) return stop("the name of a member should be here");
            const auto* name = at_ + 1;
            bool escaped = false;
            if (!string(escaped)) return false;
            names_.add({name, static_cast<std::size_t>(at_ - 1 - name)}, escaped);
            skip_blanks();
            if (!next_is(':')) return stop("a `:` should be here");
            ++at_;
            skip_blanks();
            if (!value(depth)) return false;
            skip_blanks();
            if (next_is('}')) break;
            if (!next_is(',')) return stop("a `,` or a `}` should be here");
            ++at_;
            skip_blanks();
        }
        ++at_;
        if (const auto* twice = names_.close(first)) return stop_at(twice, "this name is in its object already");
        return true;
    }

    bool array(std::size_t depth) {
        if (depth > limits_.depth) return stop("the nesting is too deep", Errc::too_large);
        ++at_;
        skip_blanks();
        if (next_is(']')) {
            ++at_;
            return true;
        }
        for (;;) {
            if (!value(depth)) return false;
            skip_blanks();
            if (next_is(']')) break;
            if (!next_is(',')) return stop("a `,` or a `]` should be here");
            ++at_;
            skip_blanks();
        }
        ++at_;
        return true;
    }

    bool string(bool& escaped) {
        ++at_;
        for (;;) {
            at_ = skip_plain(at_, end_);
            if (at_ == end_) return stop("the text ends inside a string");
            if (*at_ == '"') break;
            if (*at_ != '\\') return stop("a control character has to be escaped in a string");
            escaped = true;
            if (!escape()) return false;
        }
        ++at_;
        return true;
    }

    bool escape() {
        ++at_;
        if (at_ == end_) return stop("the text ends inside a string");
        if (*at_ != 'u') {
            if (std::string_view{"\"\\/bfnrt"}.find(*at_) == std::string_view::npos) return stop("no such escape");
            ++at_;
            return true;
        }
        const auto* start = at_ - 1;
        unsigned unit = 0;
        if (!hex(unit)) return false;
        if (unit >= 0xDC00 && unit <= 0xDFFF) return stop_at(start, "half of a surrogate pair");
        if (unit < 0xD800 || unit > 0xDFFF) return true;
        if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return stop_at(start, "half of a surrogate pair");
        ++at_;
        if (!hex(unit)) return false;
        return unit >= 0xDC00 && unit <= 0xDFFF ? true : stop_at(start, "half of a surrogate pair");
    }

    /// Reads `uXXXX`.
    bool hex(unsigned& unit) {
        ++at_;
        if (end_ - at_ < 4) return stop("four hexadecimal digits should be here");
        const auto [stopped, error] = std::from_chars(at_, at_ + 4, unit, 16);
        if (error != std::errc{} || stopped != at_ + 4) return stop("four hexadecimal digits should be here");
        at_ += 4;
        return true;
    }

    bool word(std::string_view expected) {
        const std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
        if (rest.substr(0, expected.size()) != expected) return stop("a value should be here");
        at_ += expected.size();
        return true;
    }

    bool number() {
        const auto* start = at_;
        if (next_is('-')) ++at_;
        if (at_ == end_ || !is_digit(*at_)) return stop_at(start, "a value should be here");
        const bool zero = *at_ == '0';
        ++at_;
        if (zero && at_ != end_ && is_digit(*at_)) return stop("a number may not begin with 0");
        skip_digits();
        bool whole = true;
        if (next_is('.')) {
            whole = false;
            ++at_;
            if (!some_digits()) return false;
        }
        if (next_is('e') || next_is('E')) {
            whole = false;
            ++at_;
            if (next_is('+') || next_is('-')) ++at_;
            while (next_is('0') && end_ - at_ > 1 && is_digit(at_[1])) ++at_;
            const auto* digits = at_;
            if (!some_digits()) return false;
            // Some readers give up at such exponents even where the number is 0.
            if (at_ - digits > 4) return stop_at(start, "the exponent is too large", Errc::too_large);
        }
        const auto length = static_cast<std::size_t>(at_ - start);
        if (length > limits_.number_length) return stop_at(start, "the number is too long", Errc::too_large);
        return (whole && length < 300) || is_finite(start) ||
               stop_at(start, "the number is too large", Errc::too_large);
    }

    bool is_finite(const char* start) const {
        double number = 0;
        const auto [stopped, error] = std::from_chars(start, at_, number);
        // Too small is no harm: such a number is 0 to every reader.
        return error == std::errc{} || std::string_view{start, at_}.find("e-") != std::string_view::npos ||
               std::string_view{start, at_}.find("E-") != std::string_view::npos;
    }

    bool some_digits() {
        if (at_ == end_ || !is_digit(*at_)) return stop("a digit should be here");
        skip_digits();
        return true;
    }

    void skip_digits() {
        while (at_ != end_ && is_digit(*at_)) ++at_;
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    const StrictLimits& limits_;
    Names& names_;
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

Result<void> check_strictly(std::string_view text, const StrictLimits& limits) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return fail(Errc::invalid_argument,
                    fmt::format("Not acceptable JSON at byte {}: the text isn't UTF-8.", first_malformed(text)));
    }
    thread_local Names names;
    names.clear();
    return Scanner{text, limits, names}.whole();
}

}  // namespace flux::json
