#include "tools/set_up_changes.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "logs/set_up_facts.hpp"
#include "tools/log_text.hpp"

namespace flux::tools {

namespace {

/// Nothing where the job's log can't be read.
async::Task<std::optional<logs::SetUpFacts>> facts_of(builds::Provider& provider, const builds::Run& run,
                                                      const builds::Job& job) {
    builds::LogQuery query;
    query.run = run.id;
    query.attempt = run.attempt;
    query.job = job.id;
    query.max_lines = 400;
    query.max_bytes = std::size_t{64} << 10U;
    const auto page = co_await provider.read_log(query);
    if (!page) co_return std::nullopt;
    auto facts = logs::read_set_up(page->lines);
    constexpr std::string_view run_mark = "Run ";
    for (const auto& step : job.steps) {
        const std::string_view name{step.name};
        if (name.starts_with(run_mark)) logs::add_action(facts, name.substr(run_mark.size()));
    }
    co_return std::optional{std::move(facts)};
}

}  // namespace

async::Task<SetUpComparison> set_up_changes(builds::Provider& provider, const builds::Run& green,
                                            const builds::Run& run, const builds::Job& job) {
    SetUpComparison comparison;
    const auto same = std::find_if(green.jobs.begin(), green.jobs.end(), [&](const builds::Job& other) {
        return other.name == job.name && other.conclusion == builds::Conclusion::success;
    });
    if (same == green.jobs.end()) co_return comparison;
    const auto of_run = co_await facts_of(provider, run, job);
    if (!of_run) co_return comparison;
    const auto of_green = co_await facts_of(provider, green, *same);
    if (!of_green) co_return comparison;
    comparison.read_job = same->id;
    const auto& now = *of_run;
    const auto& before = *of_green;
    auto& changes = comparison.changes;
    const auto compare = [&](const char* what, std::string_view name, const std::string& then,
                             const std::string& today) {
        if (!then.empty() && !today.empty() && then != today) {
            changes.push_back({what, clean_name(name), clean_name(then), clean_name(today)});
        }
    };
    if (now.image != before.image) {
        compare("image", {}, before.image + " " + before.image_version, now.image + " " + now.image_version);
    } else {
        compare("image", now.image, before.image_version, now.image_version);
    }
    compare("runner", {}, before.runner_version, now.runner_version);
    for (const auto& [name, version] : now.actions) {
        const auto then = before.actions.find(name);
        if (then != before.actions.end()) {
            compare("action", name, then->second, version);
        } else if (!before.actions.empty()) {
            changes.push_back({"action", clean_name(name), {}, clean_name(version)});
        }
    }
    co_return comparison;
}

}  // namespace flux::tools
