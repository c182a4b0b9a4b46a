#include "logs/step_times.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace flux::logs {

namespace {

WallTime second_of(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace

StepTimeCutter::StepTimeCutter(std::vector<StepTime> steps) : steps_{std::move(steps)} {
    std::sort(steps_.begin(), steps_.end(), [](const StepTime& a, const StepTime& b) { return a.number < b.number; });
}

bool StepTimeCutter::fits(const StepTime& step, StepOpening opening, std::string_view title) const {
    const std::string_view name{step.name};
    if (name == "Complete job") return opening == StepOpening::complete;
    switch (opening) {
    case StepOpening::none: return false;
    case StepOpening::complete: return false;
    // A step may be called `Post the result` and be none of the runner's.
    case StepOpening::post: return name.starts_with("Post ");
    case StepOpening::run:
        if (name.starts_with("Post ") && next_ + 1 < steps_.size() && steps_[next_ + 1].name.starts_with("Post ")) {
            return false;
        }
        // Unnamed steps are called by their first line, which the mark repeats.
        if (name.starts_with("Run ")) {
            const auto expected = name.substr(4);
            return title.starts_with(expected) || expected.starts_with(title);
        }
        return name != "Set up job";
    case StepOpening::other: return name.find("container") != std::string_view::npos || name.starts_with("Pull ");
    }
    return false;
}

StepTimeCutter::Place StepTimeCutter::place(WallTime time, StepOpening opening, std::string_view title) {
    const auto second = second_of(time);
    // The runner's own set-up may write before the API says that it began.
    if (next_ == 0 && !steps_.empty()) ++next_;
    if (next_ < steps_.size() && second >= second_of(steps_[next_].started_at) && fits(steps_[next_], opening, title)) {
        ++next_;
        by_mark_ = true;
    } else {
        while (next_ < steps_.size() && time >= second_of(steps_[next_].started_at) + std::chrono::seconds{1}) {
            ++next_;
            by_mark_ = false;
        }
    }
    if (next_ == 0) return {};
    const auto& step = steps_[next_ - 1];
    const bool in_first_second = second_of(step.started_at) == second;
    const bool before_it_began = second < second_of(step.started_at);
    const bool next_may_have_begun = next_ < steps_.size() && second >= second_of(steps_[next_].started_at);
    const bool others_ran = std::any_of(steps_.begin(), steps_.end(), [&](const StepTime& other) {
        return other.number != step.number && other.started_at < second && second < other.completed_at;
    });
    const bool entered = by_mark_ || !in_first_second;
    return {step.number, entered && !before_it_began && !next_may_have_begun && !others_ran};
}

StepOpenings::Opening StepOpenings::next(std::string_view bare) {
    constexpr std::string_view group = "##[group]";
    constexpr std::string_view run = "##[group]Run ";
    if (bare.starts_with("##[endgroup]")) {
        in_group_ = false;
        return {};
    }
    if (bare == "Post job cleanup.") {
        in_group_ = false;
        return {StepOpening::post, {}};
    }
    if (bare == "Cleaning up orphan processes") return {StepOpening::complete, {}};
    if (!bare.starts_with(group)) return {};
    const bool nested = in_group_;
    in_group_ = true;
    // A step may leave its own group open; the next one begins all the same.
    if (bare.starts_with(run)) return {StepOpening::run, bare.substr(run.size())};
    return {nested ? StepOpening::none : StepOpening::other, {}};
}

}  // namespace flux::logs
