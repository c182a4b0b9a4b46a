#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "logs/hidden_range.hpp"
#include "logs/wrapped_base64.hpp"

namespace flux::logs {

/// What stands where something was hidden.
inline constexpr std::string_view mask_text = "***";

/// The secrets that are known by their value, and all the ways in which tools write them. Not thread-safe while one is
/// added; any number of threads may look.
class Masks {
public:
    enum class Added : std::uint8_t {
        hidden,     ///< in all forms
        too_short,  ///< less than 3 characters: it would blacken the whole log, and is ignored
        no_room,    ///< it is hidden as it is, but not in every form
    };

    /// Hides `secret`, each of its lines, and their encodings: base64 at every shift and in both alphabets, also of
    /// UTF-16 and in lines that break it (logs/wrapped_base64), hex, JSON (also as Go and PHP write it), URI, XML and
    /// quoted forms. There is room for ten thousand secrets of usual length, or some hundred keys of several kilobytes.
    Added add(std::string_view secret);

    bool empty() const { return texts_.empty(); }
    /// `text` with everything hidden replaced by `***`; the longest match counts, what overlaps becomes one.
    std::string apply(std::string_view text) const;
    bool occurs_in(std::string_view text) const;

    /// Appends the places in `text`, in any order; they may overlap. Linear in `text` but for what
    /// it hides.
    void find(std::string_view text, std::vector<HiddenRange>& found) const;

    /// The last place at or before `at` where `text` can be cut without cutting through a hidden text, seen or begun.
    std::size_t safe_cut(std::string_view text, std::size_t at) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    bool add_text(std::string_view text);
    bool add_wrapped(std::string_view bytes);

    // A text is found by its first three bytes and its length; the first two bytes alone rule out nearly every place.
    std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
    std::bitset<65'536> pairs_;
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> lengths_;  ///< by start, longest first
    std::size_t longest_ = 0;
    std::size_t bytes_ = 0;
    WrappedBase64 wrapped_;
};

}  // namespace flux::logs
