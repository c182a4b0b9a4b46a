#include "builds/run.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace flux::builds {

namespace {

constexpr std::array statuses{"requested", "queued", "pending", "waiting", "in_progress", "completed"};
constexpr std::array conclusions{"success",   "failure",         "cancelled",       "skipped", "neutral",
                                 "timed_out", "action_required", "startup_failure", "stale"};
constexpr std::array preview_states{"requested", "building", "deployed", "reachable", "failed", "expired", "removed"};

template <class Enum, std::size_t size>
std::optional<Enum> find(const std::array<const char*, size>& names, std::string_view name) {
    for (std::size_t i = 0; i < size; ++i) {
        if (name == names[i]) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace

const char* name_of(LiveLog live) { return live == LiveLog::lines ? "lines" : "steps"; }

const char* name_of(Status status) { return statuses[static_cast<std::size_t>(status)]; }
const char* name_of(Conclusion conclusion) { return conclusions[static_cast<std::size_t>(conclusion)]; }
const char* name_of(PreviewState state) { return preview_states[static_cast<std::size_t>(state)]; }

std::optional<Status> status_from(std::string_view name) { return find<Status>(statuses, name); }
std::optional<Conclusion> conclusion_from(std::string_view name) { return find<Conclusion>(conclusions, name); }
std::optional<PreviewState> preview_state_from(std::string_view name) {
    return find<PreviewState>(preview_states, name);
}

bool is_over(const Run& run) { return run.status == Status::completed; }

}  // namespace flux::builds
