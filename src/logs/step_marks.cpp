#include "logs/step_marks.hpp"

#include <utility>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr std::string_view set_up = "Set up job";
constexpr std::string_view whole_log = "the whole log";
constexpr std::string_view containers = "Initialize containers";

bool is_container_set_up(bool group, std::string_view title) {
    return group && (title == "Checking docker version" || title == "Starting job container");
}

}  // namespace

std::optional<std::size_t> StepMarks::place(RawLine& line, std::size_t index, std::string_view text, bool echoed,
                                            const Source& source) {
    constexpr std::string_view group_mark = "##[group]";
    // A script may hold any words; where it is echoed in its colour they are no marks.
    const bool in_script = echoed && header_;
    const bool marked = text.starts_with("##[") && !in_script;
    const bool group = marked && text.starts_with(group_mark);
    const auto title = group ? text.substr(group_mark.size()) : std::string_view{};
    const bool other_job = steps_.empty() || steps_.back().job != source.job;
    const bool other_step = source.names_step && (other_job || steps_.back().name != source.step);
    const bool post = text == "Post job cleanup." && !in_script;
    const bool complete = text == "Cleaning up orphan processes" && !in_script;

    runners_ =
        runners_ || source.names_step || marked || post || complete || text.starts_with("Current runner version");

    std::optional<std::size_t> output;
    if (header_) {
        const bool closed = text.starts_with("##[endgroup]") && marked && !other_job && !other_step;
        const bool annotation = !echoed && line.level != Level::plain && line.level != Level::debug;
        if (closed || marked || annotation || other_job || other_step || post || complete) output = end_header(closed);
    }
    const bool opens_step = group && title.starts_with("Run ");

    const auto steps_before = steps_.size();
    const auto current = now_;
    if (source.names_step) {
        if (other_step) begin(index, source.job, source.step, source.step.starts_with("Post "));
    } else if (opens_step) {
        begin(index, source.job, title, false);
    } else if (post) {
        begin(index, source.job, "Post job cleanup", true);
    } else if (complete) {
        begin(index, source.job, "Complete job", true);
    } else if (other_job) {
        begin(index, source.job, set_up, false);
    } else if (is_container_set_up(group, title) && steps_.back().name == set_up) {
        begin(index, source.job, containers, false);
    }
    steps_.back().last = index;

    if (opens_step) {
        header_ = Header{};
        header_->begin = index;
        if (!source.names_step && steps_.size() > steps_before) header_->interrupted = current;
    }
    if (marked && (group || text.starts_with("##[endgroup]") || text.starts_with("##[section]"))) {
        line.role = RawLine::Role::marker;
    } else if (header_) {
        line.role = echoed ? RawLine::Role::script : RawLine::Role::header;
        if (line.level != Level::debug) header_->see(index, text, echoed);
        // A composite action has to name its steps' shells, and named ones get options: the step before only was
        // silent.
        if (!echoed && text.starts_with("shell: ") && text.ends_with("bash -e {0}")) steps_.back().parent = -1;
        now_.is_action = now_.is_action || text == "with:";
    } else if (!text.empty() && line.level != Level::debug) {
        now_.printed = true;
    }
    return output;
}

std::optional<std::size_t> StepMarks::finish() {
    if (!runners_ && steps_.size() == 1) steps_.front().name = whole_log;
    return header_ ? end_header(false) : std::nullopt;
}

void StepMarks::Header::see(std::size_t index, std::string_view text, bool echoed) {
    const bool first = std::exchange(empty, false);
    if (echoed && (first || script)) {
        script = true;
        genuine = true;
        return;
    }
    script = false;
    // Without colours the script stands here bare, and what follows it tells that it was one.
    if (text.starts_with("shell: ") && text.find("{0}") != std::string_view::npos) {
        if (!genuine) odd = 0;
        genuine = true;
    } else if (text == "env:" || (first && text == "with:")) {
        genuine = genuine || first;
    } else if (odd == 0 && !(genuine && text.starts_with("  "))) {
        odd = index;
    }
}

/// A header that nobody closed ends before the first line that doesn't look like one; what shows nothing of a header
/// but its title is a group that a program printed.
std::optional<std::size_t> StepMarks::end_header(bool closed) {
    const auto header = *std::exchange(header_, std::nullopt);
    const auto last = steps_.back().last;
    if (closed && (header.genuine || header.odd == 0)) return std::nullopt;
    const auto output = header.genuine ? header.odd : header.begin + 1;
    if (!header.genuine && header.interrupted && steps_.size() > 1) {
        const auto& before = steps_[steps_.size() - 2];
        // While a job is set up no program of its runs that could print a group.
        if (before.job == steps_.back().job && before.name != set_up && before.name != containers) {
            steps_.pop_back();
            steps_.back().last = last;
            now_ = *header.interrupted;
        }
    }
    if (output == 0) return std::nullopt;
    now_.printed = now_.printed || output <= last;
    return output;
}

void StepMarks::begin(std::size_t index, std::string_view job, std::string_view name, bool post) {
    if (steps_.size() == most_steps) return;
    const bool nested =
        !post && !steps_.empty() && steps_.back().name.starts_with("Run ") && !now_.printed && now_.is_action;
    const auto parent = nested ? static_cast<std::int32_t>(steps_.size()) - 1 : -1;
    steps_.push_back({std::string{job}, std::string{trimmed(name)}, index, index, parent, post});
    now_ = {};
}

}  // namespace flux::logs
