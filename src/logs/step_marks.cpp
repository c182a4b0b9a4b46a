#include "logs/step_marks.hpp"

#include <utility>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr std::string_view set_up = "Set up job";

bool is_container_set_up(bool group, std::string_view title) {
    return group && (title == "Checking docker version" || title == "Starting job container");
}

}  // namespace

void StepMarks::place(RawLine& line, std::size_t index, std::string_view text, bool echoed, const Source& source) {
    constexpr std::string_view group_mark = "##[group]";
    const bool marked = text.starts_with("##[");
    const bool group = marked && text.starts_with(group_mark);
    const auto title = group ? text.substr(group_mark.size()) : std::string_view{};
    const bool opens_step = group && title.starts_with("Run ") && !in_header_;

    if (source.names_step) {
        if (steps_.empty() || steps_.back().job != source.job || steps_.back().name != source.step) {
            begin(index, source.job, source.step, source.step.starts_with("Post "));
        }
    } else if (opens_step) {
        begin(index, source.job, title, false);
    } else if (text == "Post job cleanup.") {
        begin(index, source.job, "Post job cleanup", true);
    } else if (text == "Cleaning up orphan processes") {
        begin(index, source.job, "Complete job", true);
    } else if (steps_.empty() || steps_.back().job != source.job) {
        begin(index, source.job, set_up, false);
    } else if (is_container_set_up(group, title) && steps_.back().name == set_up) {
        begin(index, source.job, "Initialize containers", false);
    }
    steps_.back().last = index;

    if (opens_step) in_header_ = true;
    if (marked && (group || text.starts_with("##[endgroup]") || text.starts_with("##[section]"))) {
        line.role = RawLine::Role::marker;
        if (!group) in_header_ = false;
    } else if (in_header_) {
        line.role = echoed ? RawLine::Role::script : RawLine::Role::header;
        is_action_ = is_action_ || text == "with:";
    } else if (!text.empty() && line.level != Level::debug) {
        printed_ = true;
    }
}

void StepMarks::begin(std::size_t index, std::string_view job, std::string_view name, bool post) {
    if (steps_.size() == most_steps) return;
    const bool nested = !post && !steps_.empty() && steps_.back().name.starts_with("Run ") && !printed_ && is_action_;
    const auto parent = nested ? static_cast<std::int32_t>(steps_.size()) - 1 : -1;
    steps_.push_back({std::string{job}, std::string{trimmed(name)}, index, index, parent, post});
    in_header_ = false;
    printed_ = false;
    is_action_ = false;
}

}  // namespace flux::logs
