#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace flux::logs {

/// Where in a job's log to look for a pattern, and how far at once.
struct LineSearch {
    std::int64_t first_line = 1;
    std::int64_t last_line = std::numeric_limits<std::int64_t>::max();
    std::size_t limit = 20;  ///< numbers that are kept; all are counted
    /// Of the log, more or less; at least one line is looked at where there is one.
    std::size_t max_bytes = std::size_t{32} << 20U;
};

struct FoundLines {
    std::vector<std::int64_t> lines;  ///< the first that match, in their order
    std::size_t total = 0;            ///< lines that match, with those beyond `lines`
    std::int64_t next_line = 1;       ///< the first line that was not looked at

    void add(std::int64_t line, std::size_t limit) {
        ++total;
        if (lines.size() < limit) lines.push_back(line);
    }
};

}  // namespace flux::logs
