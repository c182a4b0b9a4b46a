#include "logs/gh_columns.hpp"

#include "logs/stamp.hpp"

namespace flux::logs {

GhColumns gh_columns_of(std::string_view line) {
    const auto first = line.find('\t');
    if (first == std::string_view::npos || first == 0) return {{}, {}, line, false};
    const auto second = line.find('\t', first + 1);
    if (second == std::string_view::npos) return {{}, {}, line, false};
    return {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1), true};
}

bool is_gh_run_view(std::string_view front_of_log) {
    constexpr int looked_at = 40;
    int stamped = 0;
    int seen = 0;
    while (!front_of_log.empty() && seen < looked_at) {
        const auto end = front_of_log.find('\n');
        const auto columns = gh_columns_of(without_byte_order_marks(front_of_log.substr(0, end)));
        ++seen;
        if (columns.found && stamp_at(without_byte_order_marks(columns.rest)).length != 0) ++stamped;
        if (end == std::string_view::npos) break;
        front_of_log.remove_prefix(end + 1);
    }
    return stamped * 2 > seen;
}

}  // namespace flux::logs
