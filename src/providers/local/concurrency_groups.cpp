#include "providers/local/concurrency_groups.hpp"

#include <utility>

#include "base/text.hpp"

namespace flux::providers::local {

ConcurrencyGroups::Turn ConcurrencyGroups::enter(const std::string& group, builds::RunId run, bool cancel_in_progress) {
    auto& entered = groups_[ascii_lower(group)];
    if (!entered.running) {
        entered.running = run;
        return {};
    }
    Turn turn{.starts = false, .superseded = {}, .overtaken = std::exchange(entered.waiting, run)};
    if (cancel_in_progress) turn.superseded = entered.running;
    return turn;
}

std::optional<builds::RunId> ConcurrencyGroups::leave(builds::RunId run) {
    for (auto place = groups_.begin(); place != groups_.end(); ++place) {
        auto& group = place->second;
        if (group.waiting == run) {
            group.waiting.reset();
            return {};
        }
        if (group.running != run) continue;
        group.running = std::exchange(group.waiting, std::nullopt);
        const auto next = group.running;
        if (!next) groups_.erase(place);
        return next;
    }
    return {};
}

}  // namespace flux::providers::local
