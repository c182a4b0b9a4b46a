#include "logs/hidden_range.hpp"

#include <algorithm>

namespace flux::logs {

void join_overlapping(std::vector<HiddenRange>& ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const HiddenRange& a, const HiddenRange& b) { return a.begin < b.begin; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i].begin < ranges[kept].end) {
            ranges[kept].end = std::max(ranges[kept].end, ranges[i].end);
        } else {
            ranges[++kept] = ranges[i];
        }
    }
    if (!ranges.empty()) ranges.resize(kept + 1);
}

}  // namespace flux::logs
