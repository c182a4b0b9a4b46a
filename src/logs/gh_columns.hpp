#pragma once

#include <string_view>

namespace flux::logs {

/// A line of `gh run view --log`: job and step before the log's own line, between tabs.
struct GhColumns {
    std::string_view job;
    std::string_view step;
    std::string_view rest;  ///< the whole line where it has no such columns
    bool found = false;
};

GhColumns gh_columns_of(std::string_view line);

/// Whether most of the first lines have the two columns with a stamp behind them.
bool is_gh_run_view(std::string_view front_of_log);

}  // namespace flux::logs
