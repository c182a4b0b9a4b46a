#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "logs/hidden_range.hpp"

namespace flux::logs {

/// The parts of secrets in lines of base64, where a line's end goes through the secret: `base64` breaks lines after 76
/// characters, PEM and `openssl base64` after 64, and what is in front of the secret decides where that cuts it.
///
/// Lines are broken between groups of four characters, so a part ends at a line's end behind a whole number of them,
/// begins at a line's beginning before them, or is the whole line. What is left of a secret in less than six
/// characters is not looked for: words would look like it by chance. Not thread-safe while something is added.
class WrappedBase64 {
public:
    /// `encoded`: how a secret looks in base64, from the first group on that holds nothing but its bytes; `before`:
    /// what is there of it in front of that. False: there is no room for more.
    bool add(std::string_view before, std::string_view encoded);

    /// Appends the places of such parts in the lines of `text`. Linear.
    void find(std::string_view text, std::vector<HiddenRange>& found) const;

private:
    void find_in_line(std::string_view line, std::size_t origin, std::vector<HiddenRange>& found) const;

    std::unordered_set<std::uint64_t> parts_;  ///< hashes of all of them, with what part each is
    std::bitset<65'536> beginnings_;           ///< of parts that begin a line, by their first characters
    std::size_t longest_ = 0;
};

}  // namespace flux::logs
