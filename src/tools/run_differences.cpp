#include "tools/run_differences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cctype>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "tools/log_text.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Job;
using builds::Run;
using builds::Step;

template <class Timed>
std::optional<double> seconds_of(const Timed& timed) {
    if (!timed.started_at || !timed.completed_at) return std::nullopt;
    return duration_s(timed.started_at, timed.completed_at, *timed.completed_at);
}

bool is_much_slower(double now, double then) {
    constexpr double noticeable_s = 20;
    constexpr double much = 2;
    return now - then >= noticeable_s && now >= then * much;
}

const Job* namesake(const Run& green, const Job& job) {
    const auto same =
        std::find_if(green.jobs.begin(), green.jobs.end(), [&](const Job& other) { return other.name == job.name; });
    return same == green.jobs.end() ? nullptr : &*same;
}

/// A step's name without what differs from run to run: numbers, versions, hashes.
std::string shape_of(std::string_view name) {
    std::string shape;
    for (std::size_t i = 0; i < name.size();) {
        const auto is_hex = [&](std::size_t at) { return std::isxdigit(static_cast<unsigned char>(name[at])) != 0; };
        const auto is_digit = [&](std::size_t at) { return std::isdigit(static_cast<unsigned char>(name[at])) != 0; };
        std::size_t end = i;
        bool has_digit = false;
        while (end < name.size() && is_hex(end)) has_digit = is_digit(end++) || has_digit;
        constexpr std::size_t short_hash = 7;
        if (!has_digit || end - i < short_hash) {
            for (end = i; end < name.size() && is_digit(end);) ++end;
        }
        if (end > i) {
            shape += '#';
            i = end;
        } else {
            shape += name[i++];
        }
    }
    return shape;
}

/// Steps that the runner adds of itself: whether they are there depends on how the job went.
bool is_of_the_runner(const Step& step) {
    return step.name.starts_with("Post ") || step.name == "Set up job" || step.name == "Complete job" ||
           step.name == "Set up runner" || step.name == "Initialize containers" || step.name == "Stop containers";
}

struct ShapedStep {
    const Step* step;
    std::string shape;
};

std::vector<ShapedStep> own_steps(const Job& job) {
    std::vector<ShapedStep> steps;
    for (const auto& step : job.steps) {
        if (!is_of_the_runner(step)) steps.push_back({&step, shape_of(step.name)});
    }
    return steps;
}

bool has_like(const std::vector<ShapedStep>& steps, const ShapedStep& one) {
    return std::any_of(steps.begin(), steps.end(), [&](const ShapedStep& step) { return step.shape == one.shape; });
}

void add_step(std::vector<OtherStep>& steps, const Step& step, bool is_new, const Job& job) {
    constexpr std::size_t longest_name = 120;
    auto name = shortened(clean_name(step.name), longest_name);
    auto known = std::find_if(steps.begin(), steps.end(),
                              [&](const OtherStep& other) { return other.is_new == is_new && other.step == name; });
    if (known == steps.end()) known = steps.insert(steps.end(), {std::move(name), is_new, {}});
    known->jobs.push_back(clean_name(job.name));
}

void compare_steps(const Job& green, const Job& job, std::vector<OtherStep>& result) {
    const auto now = own_steps(job);
    const auto then = own_steps(green);
    if (now.empty() || then.empty()) return;
    for (const auto& step : now) {
        if (!has_like(then, step)) add_step(result, *step.step, true, job);
    }
    // A job that ended early may not list its last steps: what is gone stood before one that is there.
    std::size_t comparable = then.size();
    while (comparable > 0 && !has_like(now, then[comparable - 1])) --comparable;
    for (std::size_t i = 0; i < comparable; ++i) {
        if (!has_like(now, then[i])) add_step(result, *then[i].step, false, job);
    }
}

/// Adds the job, or else those of its steps, that took much longer.
void compare_durations(const Job& green, const Job& job, std::vector<Slower>& result) {
    const auto now = seconds_of(job);
    const auto then = seconds_of(green);
    const bool timed_out = job.conclusion == Conclusion::timed_out;
    bool explained = false;
    for (const auto& step : job.steps) {
        const auto same = std::find_if(green.steps.begin(), green.steps.end(),
                                       [&](const Step& other) { return other.name == step.name; });
        if (same == green.steps.end()) continue;
        const auto step_now = seconds_of(step);
        const auto step_then = seconds_of(*same);
        if (!step_now || !step_then || !is_much_slower(*step_now, *step_then)) continue;
        result.push_back({clean_name(job.name), clean_name(step.name), *step_now, *step_then, false});
        explained = true;
    }
    if (!now || !then) return;
    if (timed_out || (!explained && is_much_slower(*now, *then))) {
        result.push_back({clean_name(job.name), {}, *now, *then, timed_out});
    }
}

boost::json::array names_json(const std::vector<std::string>& names) {
    boost::json::array result;
    for (const auto& name : names) {
        if (result.size() == most_differences) break;
        result.push_back(boost::json::value(name));
    }
    return result;
}

}  // namespace

const Job* green_namesake(const Run& green, const Job& job) {
    const auto* same = namesake(green, job);
    return same != nullptr && same->conclusion == Conclusion::success ? same : nullptr;
}

RunDifferences differences(const Run& green, const Run& run, const std::vector<const Job*>& failed) {
    RunDifferences result;
    result.seconds = seconds_of(run);
    result.before_s = seconds_of(green);
    std::unordered_map<std::string_view, const Job*> by_name;
    for (const auto& job : green.jobs) by_name.emplace(job.name, &job);
    for (const auto& job : run.jobs) {
        const auto then = by_name.find(job.name);
        if (then == by_name.end() || then->second->conclusion != Conclusion::success) continue;
        compare_durations(*then->second, job, result.slower);
    }
    std::sort(result.slower.begin(), result.slower.end(), [](const Slower& a, const Slower& b) {
        if (a.timed_out != b.timed_out) return a.timed_out;
        return a.seconds - a.before_s > b.seconds - b.before_s;
    });
    if (result.slower.size() > most_differences) result.slower.resize(most_differences);
    if (result.slower.empty() && result.seconds && result.before_s &&
        is_much_slower(*result.seconds, *result.before_s)) {
        result.slower.push_back({{}, {}, *result.seconds, *result.before_s, false});
    }
    constexpr std::size_t most_jobs = 12;
    const std::span looked_at{failed.data(), std::min(failed.size(), most_jobs)};
    for (const auto* job : looked_at) {
        const auto* then = namesake(green, *job);
        if (then != nullptr && then->conclusion == Conclusion::success) {
            compare_steps(*then, *job, result.steps);
        } else if (!green.jobs.empty() && result.jobs.size() < most_differences) {
            const auto* how = then == nullptr    ? "absent"
                              : then->conclusion ? builds::name_of(*then->conclusion)
                                                 : builds::name_of(then->status);
            result.jobs.push_back({clean_name(job->name), how});
        }
    }
    if (result.steps.size() > most_differences) result.steps.resize(most_differences);
    return result;
}

void add_json(const RunDifferences& differences, boost::json::object& result) {
    if (differences.seconds) result["duration_s"] = *differences.seconds;
    if (differences.before_s) result["before_s"] = *differences.before_s;
    boost::json::array slower;
    for (const auto& one : differences.slower) {
        boost::json::object entry;
        entry["job"] = one.job.empty() ? boost::json::value{} : boost::json::value(one.job);
        entry["step"] = one.step.empty() ? boost::json::value{} : boost::json::value(one.step);
        entry["duration_s"] = one.seconds;
        entry["before_s"] = one.before_s;
        if (one.timed_out) entry["timed_out"] = true;
        slower.push_back(std::move(entry));
    }
    result["slower"] = std::move(slower);
    boost::json::array jobs;
    for (const auto& job : differences.jobs) {
        boost::json::object entry;
        entry["job"] = job.job;
        entry["then"] = job.then;
        jobs.push_back(std::move(entry));
    }
    result["jobs"] = std::move(jobs);
    boost::json::array steps;
    for (const auto& step : differences.steps) {
        boost::json::object entry;
        entry["step"] = step.step;
        entry["change"] = step.is_new ? "new" : "gone";
        entry["jobs"] = names_json(step.jobs);
        steps.push_back(std::move(entry));
    }
    result["steps"] = std::move(steps);
}

std::string text_of(const RunDifferences& differences) {
    std::string text;
    for (const auto& job : differences.jobs) {
        text += job.then == "absent" ? fmt::format("Not in that run: job \"{}\".\n", job.job)
                                     : fmt::format("Not green then either: job \"{}\" ({}).\n", job.job, job.then);
    }
    for (const auto& one : differences.slower) {
        const auto what =
            one.job.empty() ? std::string{"the run"} : one.job + (one.step.empty() ? std::string{} : " / " + one.step);
        text += one.timed_out ? fmt::format("Timed out: {} after {}; then it took {}.\n", what,
                                            duration_text(one.seconds), duration_text(one.before_s))
                              : fmt::format("Slower than then: {} took {}, then {}.\n", what,
                                            duration_text(one.seconds), duration_text(one.before_s));
    }
    return text;
}

std::string step_lines(const RunDifferences& differences) {
    std::string lines;
    for (const auto& step : differences.steps) {
        lines += fmt::format("step {}: {}{}\n", step.is_new ? "new" : "gone", step.step, in_jobs(step.jobs));
    }
    return lines;
}

std::string in_jobs(const std::vector<std::string>& jobs) {
    constexpr std::size_t shown = 2;
    const auto end = jobs.begin() + static_cast<std::ptrdiff_t>(std::min(shown, jobs.size()));
    auto text = fmt::format(" [{}", fmt::join(jobs.begin(), end, ", "));
    if (jobs.size() > shown) text += fmt::format(" and {} more", jobs.size() - shown);
    return text + "]";
}

}  // namespace flux::tools
