#include "cli/run_view.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "logs/visible_text.hpp"

namespace flux::cli {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::string_view bold = "1";
constexpr std::string_view red = "31";
constexpr std::string_view green = "32";
constexpr std::string_view yellow = "33";
constexpr std::string_view grey = "90";

std::string_view text_in(const object& from, std::string_view name) {
    const auto* member = from.if_contains(name);
    if (member == nullptr || !member->is_string()) return {};
    return member->as_string();
}

std::int64_t number_in(const object& from, std::string_view name) {
    const auto* member = from.if_contains(name);
    return member != nullptr && member->is_int64() ? member->as_int64() : 0;
}

const object& object_in(const object& from, std::string_view name) {
    static const object none;
    const auto* member = from.if_contains(name);
    return member != nullptr && member->is_object() ? member->as_object() : none;
}

const boost::json::array& list_in(const object& from, std::string_view name) {
    static const boost::json::array none;
    const auto* member = from.if_contains(name);
    return member != nullptr && member->is_array() ? member->as_array() : none;
}

std::string duration(const object& of) {
    const auto* member = of.if_contains("duration_s");
    if (member == nullptr || !member->is_number()) return {};
    const auto seconds = member->to_number<double>();
    if (seconds < 60) return fmt::format(" ({:.1f} s)", seconds);
    return fmt::format(" ({} min {} s)", static_cast<long>(seconds) / 60, static_cast<long>(seconds) % 60);
}

std::string_view colour_of(std::string_view conclusion) {
    if (conclusion == "success") return green;
    if (conclusion == "failure" || conclusion == "timed_out" || conclusion == "startup_failure") return red;
    return conclusion == "cancelled" ? yellow : grey;
}

}  // namespace

std::string RunView::painted(std::string_view text, std::string_view colour) const {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string{text};
}

std::string RunView::safe(std::string_view text) const {
    return logs::visible_text(text, colours_ ? logs::Escapes::colours : logs::Escapes::none);
}

std::string RunView::outcome(std::string_view conclusion) const { return painted(conclusion, colour_of(conclusion)); }

std::string RunView::log_line(std::string_view line) const {
    auto text = safe(line);
    if (text.starts_with("##[error]")) return painted(text, red);
    if (text.starts_with("##[warning]")) return painted(text, yellow);
    if (text.starts_with("##[group]")) return painted(text.substr(std::string_view{"##[group]"}.size()), bold);
    if (text.starts_with("##[endgroup]")) return {};
    return text;
}

std::string RunView::headline(const object& run) const {
    auto text = fmt::format("Run {}: {}", number_in(run, "run_id"), safe(text_in(run, "head_branch")));
    if (const auto sha = text_in(run, "head_sha"); !sha.empty()) text += fmt::format(" at {}", safe(sha.substr(0, 9)));
    // A branch without a workflow is shown as it is; then the run has a name alone.
    const auto workflow = text_in(run, "workflow");
    text += fmt::format(", {}", safe(workflow.empty() ? text_in(run, "name") : workflow));
    if (const auto* reused = run.if_contains("reused"); reused != nullptr && *reused == value(true)) {
        text += ", the run that the same request made before";
    }
    return painted(text, bold) + "\n";
}

std::string RunView::lines(const object& tail) {
    std::string text;
    for (const auto& entry : list_in(tail, "lines")) {
        const auto* block = entry.if_object();
        if (block == nullptr) continue;
        const std::pair place{number_in(*block, "job_id"), number_in(*block, "step_number")};
        if (place != shown_) {
            shown_ = place;
            const auto step = text_in(*block, "step");
            const auto heading = step.empty() ? fmt::format("== {}", safe(text_in(*block, "job")))
                                              : fmt::format("== {} / {}", safe(text_in(*block, "job")), safe(step));
            text += painted(heading, bold) + "\n";
        }
        for (const auto line : split(text_in(*block, "text"), '\n')) {
            const auto shown = log_line(line);
            if (!shown.empty() || line.empty()) text += shown + "\n";
        }
    }
    return text;
}

std::string RunView::ended_steps(const object& status) {
    std::string text;
    for (const auto& entry : list_in(status, "jobs")) {
        const auto* job = entry.if_object();
        if (job == nullptr) continue;
        for (const auto& inner : list_in(*job, "steps")) {
            const auto* step = inner.if_object();
            if (step == nullptr || text_in(*step, "status") != "completed") continue;
            if (!ended_.emplace(number_in(*job, "id"), number_in(*step, "number")).second) continue;
            const auto conclusion = text_in(*step, "conclusion");
            if (conclusion == "skipped") continue;
            text += fmt::format("-- {} / {}: {}{}\n", safe(text_in(*job, "name")), safe(text_in(*step, "name")),
                                outcome(conclusion), duration(*step));
            shown_ = {-1, -1};
        }
    }
    return text;
}

std::string RunView::now(const object& status) const {
    std::string text;
    for (const auto& entry : list_in(status, "jobs")) {
        const auto* job = entry.if_object();
        if (job == nullptr || text_in(*job, "status") != "in_progress") continue;
        if (!text.empty()) text += ", ";
        text += safe(text_in(*job, "name"));
        if (const auto step = text_in(*job, "current_step"); !step.empty()) text += " / " + safe(step);
        text += duration(*job);
    }
    const auto state = text_in(object_in(status, "run"), "status");
    if (text.empty() && state != "completed") text = safe(state);
    return text.empty() ? text : painted("… " + text, grey);
}

std::string RunView::ending(const object& status) const {
    const auto& run = object_in(status, "run");
    std::string text;
    for (const auto& entry : list_in(status, "jobs")) {
        const auto* job = entry.if_object();
        if (job == nullptr) continue;
        const auto conclusion = text_in(*job, "conclusion");
        text += fmt::format("{}: {}{}\n", safe(text_in(*job, "name")),
                            outcome(conclusion.empty() ? text_in(*job, "status") : conclusion), duration(*job));
    }
    const auto conclusion = text_in(run, "conclusion");
    text += fmt::format("Run {}: {}", number_in(run, "run_id"),
                        outcome(conclusion.empty() ? text_in(run, "status") : conclusion));
    if (const auto reason = text_in(run, "reason"); !reason.empty()) text += fmt::format(" ({})", safe(reason));
    text += "\n";
    const auto& preview = object_in(status, "preview");
    const auto state = text_in(preview, "state");
    text += fmt::format("Preview: {}", safe(state));
    if (const auto reason = text_in(preview, "reason"); !reason.empty()) text += fmt::format(" ({})", safe(reason));
    const bool shows = state != "failed" && state != "expired" && state != "removed";
    if (const auto url = text_in(preview, "url"); shows && !url.empty()) text += fmt::format(" {}", safe(url));
    return text + "\n";
}

}  // namespace flux::cli
