#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "logs/line.hpp"
#include "logs/line_pattern.hpp"
#include "logs/log_cursor.hpp"
#include "tools/log_choice.hpp"

namespace flux::tools {

/// Where to search: these parts of a run's logs, in their order, from the cursor on.
struct SearchPlace {
    const builds::Run& run;
    std::vector<LogPart> parts;
    logs::LogCursor from;
};

struct SearchHit {
    const builds::Job* job = nullptr;
    std::int64_t line = 0;
};

/// What a search found.
struct SearchFindings {
    std::vector<SearchHit> hits;   ///< the first ones, at most `limit`
    std::size_t total = 0;         ///< lines that match, with those beyond `hits`
    bool complete = true;          ///< false: time ran out; `total` counts what was searched
    logs::LogCursor reached = {};  ///< where the search ended
};

/// Searches until `end` at the latest. The place's run lives as long as the task.
async::Task<Result<SearchFindings>> search_lines(builds::Provider& provider, SearchPlace place,
                                                 logs::LinePattern pattern, std::size_t limit,
                                                 std::chrono::steady_clock::time_point end);

/// The hit's line with up to `context` lines before and after it.
async::Task<Result<std::vector<logs::Line>>> read_around(builds::Provider& provider, const builds::Run& run,
                                                         SearchHit hit, std::int64_t context);

}  // namespace flux::tools
