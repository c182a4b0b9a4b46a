#include "providers/github/run_matching.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <utility>

namespace flux::providers::github {

namespace {

/// How long GitHub's lists may go without a run that there is.
constexpr std::chrono::seconds lists_are_late_by{11};

}  // namespace

Match match_run(const std::vector<builds::Run>& runs, const Wanted& wanted) {
    Match match;
    if (!wanted.correlation.empty()) {
        match.by = "correlation_input";
        for (const auto& run : runs) {
            if (run.title.find(wanted.correlation) != std::string::npos) match.candidates.push_back(run);
        }
    } else {
        match.by = "set_difference";
        for (const auto& run : runs) {
            // A rerun keeps the time at which the run was made, so it is no candidate.
            if (run.created_at >= wanted.not_before && !wanted.others.contains(run.id)) match.candidates.push_back(run);
        }
    }
    const auto on_head = [&wanted](const builds::Run& run) { return run.head_sha == wanted.sha; };
    if (std::ranges::any_of(match.candidates, on_head)) {
        std::erase_if(match.candidates, [&on_head](const builds::Run& run) { return !on_head(run); });
    }
    std::ranges::sort(match.candidates, std::greater{}, &builds::Run::id);
    return match;
}

std::optional<builds::Run> SureMatch::look(const Match& match, WallTime::duration age) {
    const auto alone = match.candidates.size() == 1 ? match.candidates.front().id : 0;
    const auto before = std::exchange(alone_before_, alone);
    if (alone == 0) return {};
    const bool named = match.by == std::string_view{"correlation_input"};
    const bool settled = alone == before && !match.rivals && age >= lists_are_late_by;
    if (!named && !settled) return {};
    return match.candidates.front();
}

}  // namespace flux::providers::github
