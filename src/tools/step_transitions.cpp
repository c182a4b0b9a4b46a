#include "tools/step_transitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Status;

constexpr std::size_t longest_name = 100;

bool has_ended(const builds::Step& step) { return step.status == Status::completed; }

bool has_begun(const builds::Step& step) {
    if (step.conclusion == Conclusion::skipped) return false;
    return has_ended(step) || step.status == Status::in_progress;
}

/// All that happened in a job, in the order in which it did.
std::vector<StepTransition> transitions_of(const builds::Job& job) {
    std::vector<StepTransition> all;
    // Where a time is missing, that of what came before.
    auto latest = job.started_at.value_or(WallTime{});
    const auto add = [&](const builds::Step& step, bool began, std::optional<WallTime> at) {
        latest = std::max(latest, at.value_or(latest));
        all.push_back({&job, &step, began, latest});
    };
    for (const auto& step : job.steps) {
        if (has_begun(step)) add(step, true, step.started_at);
        if (has_ended(step)) add(step, false, step.completed_at);
    }
    return all;
}

std::int64_t seen_of(const logs::LogCursor& cursor, const builds::Job& job) {
    const auto found = cursor.transitions.find(job.id);
    return found == cursor.transitions.end() ? 0 : found->second;
}

std::span<const StepTransition> newest(const StepTransitions& transitions, std::size_t most) {
    return std::span{transitions}.last(std::min(most, transitions.size()));
}

std::string line_of(const StepTransition& transition) {
    const auto& step = *transition.step;
    auto line =
        fmt::format("{} {}, step {} \"{}\": ", rfc3339_seconds(transition.at),
                    shortened(transition.job->name, longest_name), step.number, shortened(step.name, longest_name));
    if (transition.began) return to_utf8(line) + "started\n";
    line += step.conclusion ? builds::name_of(*step.conclusion) : "ended";
    if (const auto seconds = duration_s(step.started_at, step.completed_at, transition.at);
        seconds && step.conclusion != Conclusion::skipped) {
        line += fmt::format(" ({})", duration_text(*seconds));
    }
    return to_utf8(line) + "\n";
}

}  // namespace

StepTransitions transitions_beyond(const logs::LogCursor& cursor, const std::vector<const builds::Job*>& jobs) {
    StepTransitions shown;
    for (const auto* job : jobs) {
        if (job->log_lines > 0) continue;
        const auto all = transitions_of(*job);
        const auto seen = std::min<std::int64_t>(seen_of(cursor, *job), std::ssize(all));
        shown.insert(shown.end(), all.begin() + seen, all.end());
    }
    std::ranges::stable_sort(shown, {}, &StepTransition::at);
    return shown;
}

void see_transitions(logs::LogCursor& cursor, const std::vector<const builds::Job*>& jobs) {
    for (const auto* job : jobs) {
        const auto count = std::ssize(transitions_of(*job));
        if (job->log_lines == 0 && count > 0) cursor.transitions[job->id] = std::max(count, seen_of(cursor, *job));
    }
}

std::string to_text(const StepTransitions& transitions, std::size_t most) {
    if (transitions.empty()) return {};
    std::string text = "Steps, until the lines are there:\n";
    const auto shown = newest(transitions, most);
    if (shown.size() < transitions.size()) {
        text += fmt::format("({} earlier ones are left out)\n", transitions.size() - shown.size());
    }
    for (const auto& transition : shown) text += line_of(transition);
    return text;
}

boost::json::array to_json(const StepTransitions& transitions, std::size_t most) {
    boost::json::array list;
    for (const auto& transition : newest(transitions, most)) {
        const auto& step = *transition.step;
        boost::json::object entry;
        entry["job_id"] = transition.job->id;
        entry["job"] = to_utf8(shortened(transition.job->name, longest_name));
        entry["step"] = step.number;
        entry["name"] = to_utf8(shortened(step.name, longest_name));
        entry["status"] = builds::name_of(transition.began ? Status::in_progress : Status::completed);
        entry["conclusion"] = nullptr;
        if (!transition.began && step.conclusion) entry["conclusion"] = builds::name_of(*step.conclusion);
        entry["at"] = rfc3339_seconds(transition.at);
        list.push_back(std::move(entry));
    }
    return list;
}

}  // namespace flux::tools
