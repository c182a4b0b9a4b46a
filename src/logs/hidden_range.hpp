#pragma once

#include <cstddef>
#include <vector>

namespace flux::logs {

/// A place in a text that must not be seen: `begin` to before `end`, in bytes.
struct HiddenRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Sorts `ranges` and joins those that overlap.
void join_overlapping(std::vector<HiddenRange>& ranges);

}  // namespace flux::logs
