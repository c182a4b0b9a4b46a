#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "logs/line_pattern.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

struct SearchResult {
    std::vector<std::size_t> lines;  ///< 1-based, in order
    std::size_t total = 0;
};

/// The lines of `log` that hold `pattern`. Linear in the size of the log, whatever the pattern. `invalid_argument` with
/// reason `invalid_pattern` that says where an expression is wrong.
Result<SearchResult> search(const RawLog& log, std::string_view pattern, const SearchOptions& options);

}  // namespace flux::logs
