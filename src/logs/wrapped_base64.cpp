#include "logs/wrapped_base64.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string>

namespace flux::logs {

namespace {

constexpr std::size_t group = 4;
constexpr std::size_t window = 4 * group;
constexpr std::size_t shortest = 6;
constexpr std::size_t most_parts = std::size_t{1} << 21;

enum class Letter : std::uint8_t { none, both, standard, url };

constexpr auto letters = [] {
    std::array<Letter, 256> table{};
    for (std::size_t c = '0'; c <= '9'; ++c) table[c] = Letter::both;
    for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = Letter::both;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = Letter::both;
    table['+'] = table['/'] = Letter::standard;
    table['-'] = table['_'] = Letter::url;
    return table;
}();

Letter letter_of(char c) { return letters[static_cast<unsigned char>(c)]; }

std::size_t key_of(const char* four) {
    std::uint32_t word = 0;
    std::memcpy(&word, four, sizeof word);
    return (word * 0x9E37'79B1U) >> 16U;
}

/// `run` in the standard alphabet.
std::string in_standard(std::string_view run) {
    std::string text{run};
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    return text;
}

/// Calls `use(begin, end)` for each run of letters that are `wanted` or in both alphabets. `\n` and `\r`, which break
/// lines inside strings, end a run.
template <class Use>
void each_run(std::string_view text, Letter wanted, const Use& use) {
    const auto belongs = [&](std::size_t at) {
        const auto letter = letter_of(text[at]);
        return letter == Letter::both || letter == wanted;
    };
    for (std::size_t at = 0; at < text.size();) {
        if (!belongs(at)) {
            const bool breaks =
                text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == 'n' || text[at + 1] == 'r');
            at += breaks ? 2 : 1;
            continue;
        }
        const auto begin = at;
        while (at < text.size() && belongs(at)) ++at;
        use(begin, at);
    }
}

}  // namespace

void WrappedBase64::insert(Part part, std::string_view text) {
    parts_.insert(std::hash<std::string_view>{}(text) + static_cast<std::uint64_t>(part));
    if (part == Part::front) {
        ends_.set(key_of(text.data() + text.size() - group));
    } else {
        beginnings_.set(key_of(text.data()));
    }
}

bool WrappedBase64::contains(Part part, std::string_view text) const {
    return parts_.contains(std::hash<std::string_view>{}(text) + static_cast<std::uint64_t>(part));
}

/// What is in a line of the secret's end.
void WrappedBase64::add_rests(std::string_view encoded) {
    const auto whole = encoded.size() / group * group;
    if (encoded.size() > whole && whole >= window) insert(Part::tail, encoded.substr(whole - window));
    for (auto at = whole; at >= group && encoded.size() - at < window; at -= group) {
        if (encoded.size() - at >= shortest) insert(Part::rest, encoded.substr(at));
    }
}

bool WrappedBase64::add(std::string_view before, std::string_view inside, std::string_view at_end) {
    if (parts_.size() + inside.size() / group + 2 * window > most_parts) return false;
    for (std::size_t at = 0; at + window <= inside.size(); at += group) {
        insert(Part::inner, inside.substr(at, window));
    }
    for (std::size_t size = group; size < std::min(window, inside.size() + 1); size += group) {
        if (before.size() + size < shortest) continue;
        insert(Part::front, std::string{before}.append(inside.substr(0, size)));
    }
    add_rests(inside);
    if (at_end.size() > inside.size()) add_rests(at_end);
    return true;
}

void WrappedBase64::find(std::string_view text, std::vector<HiddenRange>& found) const {
    if (parts_.empty()) return;
    each_run(text, Letter::standard,
             [&](std::size_t begin, std::size_t end) { find_in_run(text.substr(begin, end - begin), begin, found); });
    if (text.find_first_of("-_") == std::string_view::npos) return;
    each_run(text, Letter::url, [&](std::size_t begin, std::size_t end) {
        const auto run = text.substr(begin, end - begin);
        if (run.size() >= shortest && run.find_first_of("-_") != std::string_view::npos) {
            find_in_run(in_standard(run), begin, found);
        }
    });
}

void WrappedBase64::find_inner(std::string_view run, std::size_t first, std::size_t origin,
                               std::vector<HiddenRange>& found) const {
    for (auto at = first; at + window <= run.size(); at += group) {
        if (!beginnings_.test(key_of(run.data() + at)) || !contains(Part::inner, run.substr(at, window))) continue;
        auto end = at + window;
        for (std::size_t more = group - 1; more > 0; --more) {
            if (end + more > run.size() || !contains(Part::tail, run.substr(at, window + more))) continue;
            end += more;
            break;
        }
        if (!found.empty() && found.back().begin <= origin + at && found.back().end >= origin + at) {
            found.back().end = std::max(found.back().end, origin + end);
        } else {
            found.push_back({origin + at, origin + end});
        }
    }
}

void WrappedBase64::find_in_run(std::string_view run, std::size_t origin, std::vector<HiddenRange>& found) const {
    if (run.size() < shortest) return;
    find_inner(run, 0, origin, found);
    if (const auto odd = run.size() % group; odd != 0) find_inner(run, odd, origin, found);
    const auto most = std::min(run.size(), window - 1);
    if (beginnings_.test(key_of(run.data()))) {
        for (auto size = most; size >= shortest; --size) {
            if (!contains(Part::rest, run.substr(0, size))) continue;
            found.push_back({origin, origin + size});
            break;
        }
    }
    if (ends_.test(key_of(run.data() + run.size() - group))) {
        for (auto size = most; size >= shortest; --size) {
            if (!contains(Part::front, run.substr(run.size() - size))) continue;
            found.push_back({origin + run.size() - size, origin + run.size()});
            break;
        }
    }
}

}  // namespace flux::logs
