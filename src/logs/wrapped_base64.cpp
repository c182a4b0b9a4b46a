#include "logs/wrapped_base64.hpp"

#include <algorithm>

namespace flux::logs {

namespace {

constexpr std::size_t group = 4;
constexpr std::size_t shortest = 6;
/// Lines of one secret are wider where it is all that is encoded; further on they are no lines any more.
constexpr std::size_t widest_line = 1024;
constexpr std::size_t most_parts = std::size_t{1} << 21;
constexpr std::size_t usual_widths[] = {64, 76};

/// At a line's end: the front of a secret; at its beginning: the rest of one; alone in it: something of its middle.
enum class Part : std::uint64_t { front = 1, rest = 2, middle = 3 };

/// Grows at either end.
class Hash {
public:
    void append(char character) {
        value_ += value_of(character) * power_;
        power_ *= base;
    }
    void prepend(char character) {
        value_ = value_ * base + value_of(character);
        power_ *= base;
    }
    std::uint64_t as(Part part) const {
        const auto mixed = (value_ ^ value_ >> 31U) * 0x9E37'79B9'7F4A'7C15U;
        return (mixed ^ mixed >> 29U) + static_cast<std::uint64_t>(part);
    }
    std::size_t in_short() const { return as(Part::rest) >> 48U; }

private:
    static constexpr std::uint64_t base = 0x0100'0000'01B3U;
    static std::uint64_t value_of(char character) { return static_cast<unsigned char>(character) + 1U; }

    std::uint64_t value_ = 0;
    std::uint64_t power_ = 1;
};

Hash hash_of(std::string_view text) {
    Hash hash;
    for (const char character : text) hash.append(character);
    return hash;
}

bool is_base64(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

bool WrappedBase64::add(std::string_view before, std::string_view encoded) {
    std::size_t needed = 2 * encoded.size() / group;
    for (const auto width : usual_widths) needed += encoded.size() > width ? (encoded.size() - width) / group + 1 : 0;
    if (parts_.size() + needed > most_parts) return false;
    longest_ = std::max(longest_, before.size() + encoded.size());

    auto front = hash_of(before);
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        if (at % group == 0 && before.size() + at >= shortest) parts_.insert(front.as(Part::front));
        front.append(encoded[at]);
    }
    Hash rest;
    for (auto at = encoded.size(); at-- > group;) {
        rest.prepend(encoded[at]);
        if (at % group != 0 || encoded.size() - at < shortest) continue;
        parts_.insert(rest.as(Part::rest));
        beginnings_.set(hash_of(encoded.substr(at, shortest)).in_short());
    }
    for (const auto width : usual_widths) {
        for (std::size_t at = 0; at + width <= encoded.size(); at += group) {
            parts_.insert(hash_of(encoded.substr(at, width)).as(Part::middle));
        }
    }
    return true;
}

void WrappedBase64::find(std::string_view text, std::vector<HiddenRange>& found) const {
    if (parts_.empty()) return;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        find_in_line(text.substr(begin, end - begin), begin, found);
        begin = end + 1;
    }
}

void WrappedBase64::find_in_line(std::string_view line, std::size_t origin, std::vector<HiddenRange>& found) const {
    // A quote, a comma, padding.
    constexpr std::size_t most_behind = 4;
    auto end = line.size();
    while (end > 0 && line.size() - end < most_behind && !is_base64(line[end - 1])) --end;
    auto begin = end;
    while (begin > 0 && end - begin < widest_line && is_base64(line[begin - 1])) --begin;
    const auto size = end - begin;
    if (size < shortest) return;
    const auto run = line.substr(begin, size);
    const bool is_usual = std::find(std::begin(usual_widths), std::end(usual_widths), size) != std::end(usual_widths);
    if (is_usual && parts_.contains(hash_of(run).as(Part::middle))) {
        found.push_back({origin + begin, origin + end});
        return;
    }

    const auto most = std::min(size, longest_);
    std::size_t length = 0;
    if (beginnings_.test(hash_of(run.substr(0, shortest)).in_short())) {
        Hash hash;
        for (std::size_t at = 0; at < most; ++at) {
            hash.append(run[at]);
            if (at + 1 >= shortest && parts_.contains(hash.as(Part::rest))) length = at + 1;
        }
        if (length > 0) found.push_back({origin + begin, origin + begin + length});
    }
    length = 0;
    Hash hash;
    for (std::size_t taken = 1; taken <= most; ++taken) {
        hash.prepend(run[size - taken]);
        if (taken >= shortest && parts_.contains(hash.as(Part::front))) length = taken;
    }
    if (length > 0) found.push_back({origin + end - length, origin + end});
}

}  // namespace flux::logs
