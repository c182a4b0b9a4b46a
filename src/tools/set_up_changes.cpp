#include "tools/set_up_changes.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "async/task_group.hpp"
#include "logs/set_up_facts.hpp"
#include "tools/log_text.hpp"
#include "tools/run_differences.hpp"

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

/// One job in both runs. The tasks that read own it, however their waiter fares.
struct JobInBoth {
    builds::Provider& provider;
    builds::Run run;  ///< without its jobs
    builds::Run green;
    builds::Job job;
    builds::Job green_job;
    std::optional<logs::SetUpFacts> now = {};
    std::optional<logs::SetUpFacts> before = {};
};

async::Task<> read_both(std::shared_ptr<JobInBoth> both) {
    both->now = co_await facts_of(both->provider, both->run, both->job);
    if (both->now) both->before = co_await facts_of(both->provider, both->green, both->green_job);
}

/// Reads all at once, and asks the readers to stop when it is itself stopped.
async::Task<> read_all(const std::vector<std::shared_ptr<JobInBoth>>& jobs) {
    auto thrown = std::make_shared<std::exception_ptr>();
    const auto executor = co_await asio::this_coro::executor;
    async::TaskGroup reading{executor, [thrown](std::exception_ptr caught) { *thrown = std::move(caught); }};
    const std::unique_ptr<async::TaskGroup, void (*)(async::TaskGroup*)> stop{
        &reading, [](async::TaskGroup* group) { group->cancel(); }};
    for (const auto& job : jobs) reading.start(read_both(job));
    co_await reading.wait();
    if (*thrown) std::rethrow_exception(*thrown);
}

builds::Run without_jobs(const builds::Run& run) {
    builds::Run result;
    result.id = run.id;
    result.attempt = run.attempt;
    return result;
}

/// The changes so far, each once however many jobs have it.
class Changes {
public:
    explicit Changes(std::vector<SetUpChange>& all) : all_{all} {}

    void add(const std::string& job, const char* what, std::string_view name, std::string_view before,
             std::string_view now) {
        SetUpChange change{what, clean_name(name), clean_name(before), clean_name(now), {}};
        auto known = std::find_if(all_.begin(), all_.end(), [&](const SetUpChange& other) {
            return other.what == change.what && other.name == change.name && other.before == change.before &&
                   other.now == change.now;
        });
        if (known == all_.end()) known = all_.insert(all_.end(), std::move(change));
        known->jobs.push_back(job);
    }

    void compare(const std::string& job, const char* what, std::string_view name, const std::string& before,
                 const std::string& now) {
        if (!before.empty() && !now.empty() && before != now) add(job, what, name, before, now);
    }

private:
    std::vector<SetUpChange>& all_;
};

bool tells_something(const logs::SetUpFacts& facts) {
    return !facts.image.empty() || !facts.runner_version.empty() || !facts.actions.empty();
}

void compare(const std::string& job, const logs::SetUpFacts& before, const logs::SetUpFacts& now, Changes changes) {
    if (now.image == before.image) {
        changes.compare(job, "image", now.image, before.image_version, now.image_version);
    } else if (!now.image.empty() && !before.image.empty()) {
        changes.add(job, "image", {}, before.image + " " + before.image_version, now.image + " " + now.image_version);
    }
    changes.compare(job, "runner", {}, before.runner_version, now.runner_version);
    for (const auto& [name, version] : now.actions) {
        const auto then = before.actions.find(name);
        if (then != before.actions.end()) {
            changes.compare(job, "action", name, then->second, version);
        } else if (!before.actions.empty()) {
            changes.add(job, "action", name, {}, version);
        }
    }
}

}  // namespace

async::Task<SetUpComparison> set_up_changes(builds::Provider& provider, const builds::Run& green,
                                            const builds::Run& run, const std::vector<const builds::Job*>& jobs,
                                            std::size_t most) {
    std::vector<std::shared_ptr<JobInBoth>> both;
    for (const auto* job : jobs) {
        if (both.size() == most) break;
        const auto* same = green_namesake(green, *job);
        if (same == nullptr) continue;
        both.push_back(
            std::make_shared<JobInBoth>(JobInBoth{provider, without_jobs(run), without_jobs(green), *job, *same}));
    }
    co_await read_all(both);
    SetUpComparison comparison;
    for (const auto& one : both) {
        if (!one->before) continue;
        comparison.read_jobs.push_back(one->green_job.id);
        if (!tells_something(*one->now) || !tells_something(*one->before)) continue;
        ++comparison.compared;
        compare(clean_name(one->job.name), *one->before, *one->now, Changes{comparison.changes});
    }
    co_return comparison;
}

}  // namespace flux::tools
