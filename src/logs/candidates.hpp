#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "logs/diagnosis.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

/// A line that some matcher, or the generic eye for trouble, takes for a cause; not ranked yet.
struct Candidate {
    std::size_t line = 0;  ///< 0-based
    int weight = 0;
    int weight_if_alone = 0;  ///< what it weighs where nothing better explains; 0: no more than it does
    std::uint64_t lane = 0;   ///< which of the programs that print side by side said it
    int before = 0;
    int after = 0;
    Cause cause;  ///< message, tool, code, file, line, column and kind are filled in
};

/// The candidates among the lines `first` to `last` (0-based, inclusive), in the order of the log. Echoed scripts and
/// headers are passed over. At most `limit`; the first and the last ones of more, with the others counted where one of
/// these says the same.
std::vector<Candidate> find_candidates(const RawLog& log, std::size_t first, std::size_t last,
                                       std::size_t limit = 2000);

/// A number that causes share which say the same: of one tool, about one file, but for numbers and names that hold any.
std::uint64_t likeness_of(const Cause& cause);

}  // namespace flux::logs
