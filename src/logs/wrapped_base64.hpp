#pragma once

#include <bitset>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "logs/hidden_range.hpp"

namespace flux::logs {

/// The parts of secrets in lines of base64 that go through them. Where a line ends depends on what is in front of the
/// secret and on the tool: `base64` breaks lines after 76 characters, PEM after 64, Ruby after 60.
///
/// All of them end lines between groups of four characters, so that in a run of base64 the groups begin at its front,
/// or end at its end where something else is joined to it. A part of four groups or more is known by each four in a
/// row, a shorter one only where it begins or ends the run. Six characters are the least: words would look like less by
/// chance. Both alphabets. Not thread-safe while something is added.
class WrappedBase64 {
public:
    /// How a secret looks in base64: `inside` from the first group on that holds nothing but its bytes, `before` what
    /// is there of it in front of that; `at_end`: `inside` with the last character, where nothing follows. False: there
    /// is no room for more.
    bool add(std::string_view before, std::string_view inside, std::string_view at_end);

    /// Appends the places of such parts in `text`, which may overlap. Linear.
    void find(std::string_view text, std::vector<HiddenRange>& found) const;

private:
    enum class Part : std::uint64_t { inner = 1, tail = 2, rest = 3, front = 4 };

    void insert(Part part, std::string_view text);
    void add_rests(std::string_view encoded);
    bool contains(Part part, std::string_view text) const;
    void find_in_run(std::string_view run, std::size_t origin, std::vector<HiddenRange>& found) const;
    void find_inner(std::string_view run, std::size_t first, std::size_t origin, std::vector<HiddenRange>& found) const;

    boost::unordered_flat_set<std::uint64_t> parts_;  ///< hashes of all of them, with what part each is
    std::bitset<65'536> beginnings_;                  ///< of inner parts and rests, by their first group
    std::bitset<65'536> ends_;                        ///< of fronts, by their last group
};

}  // namespace flux::logs
