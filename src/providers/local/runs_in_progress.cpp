#include "providers/local/runs_in_progress.hpp"

#include <fmt/format.h>

#include <utility>

namespace flux::providers::local {

namespace {

constexpr std::chrono::milliseconds tick{50};
constexpr std::chrono::milliseconds idle_tick{1000};
constexpr std::chrono::minutes between_sweeps{1};

}  // namespace

RunsInProgress::RunsInProgress(std::size_t limit, std::function<void()> sweep)
    : limit_{limit}, sweep_{std::move(sweep)} {}

void RunsInProgress::begin_housekeeping() {
    housekeeper_ = std::jthread{[this](const std::stop_token& stop) { keep_house(stop); }};
}

Result<void> RunsInProgress::has_room() const {
    const std::scoped_lock lock{mutex_};
    if (stopping_) return fail(Errc::unavailable, "The server is stopping. Try again when it is back.", "draining");
    if (running_.size() < limit_) return {};
    return fail(
        Error{Errc::unavailable,
              fmt::format("{} runs are unfinished, and no more are let in. Wait for one, or cancel one.", limit_),
              "too_many_runs", std::chrono::seconds{30}});
}

std::shared_ptr<RunExecution> RunsInProgress::begin(const Workshop& workshop, AttemptOrder order,
                                                    const std::optional<Group>& group) {
    const auto run = order.record.run.id;
    std::shared_ptr<RunExecution> execution;
    ConcurrencyGroups::Turn turn;
    bool stopping = false;
    {
        const std::scoped_lock lock{mutex_};
        auto watch = watches_[run].lock();
        if (!watch) {
            watch = std::make_shared<builds::RunWatch>();
            watch->every_run = every_run_;
        }
        watches_[run] = watch;
        execution = std::make_shared<RunExecution>(workshop, std::move(order), watch, [this, run] { over(run); });
        running_[run] = execution;
        if (group) turn = groups_.enter(group->name, run, group->cancel_in_progress);
        stopping = stopping_;
    }
    moved_.notify_all();
    every_run_->bump();
    if (turn.overtaken) {
        if (const auto other = find(*turn.overtaken))
            other->cancel(fmt::format("run {} of the same concurrency group came after it", run));
    }
    if (turn.superseded) {
        if (const auto other = find(*turn.superseded))
            other->cancel(fmt::format("run {} of the same concurrency group took its place", run));
    }
    if (stopping) {
        execution->interrupt();
    } else if (turn.starts) {
        execution->start();
    } else {
        execution->hold();
    }
    return execution;
}

std::shared_ptr<RunExecution> RunsInProgress::find(builds::RunId run) const {
    const std::scoped_lock lock{mutex_};
    const auto found = running_.find(run);
    return found == running_.end() ? nullptr : found->second;
}

std::shared_ptr<builds::RunWatch> RunsInProgress::watch(builds::RunId run) const {
    const auto execution = find(run);
    return execution ? execution->watch() : nullptr;
}

std::vector<std::shared_ptr<RunExecution>> RunsInProgress::all() const {
    const std::scoped_lock lock{mutex_};
    std::vector<std::shared_ptr<RunExecution>> found;
    for (const auto& [run, execution] : running_) found.push_back(execution);
    return found;
}

void RunsInProgress::over(builds::RunId run) {
    std::shared_ptr<RunExecution> next;
    {
        const std::scoped_lock lock{mutex_};
        running_.erase(run);
        if (const auto turn = groups_.leave(run); turn && !stopping_) {
            const auto found = running_.find(*turn);
            if (found != running_.end()) next = found->second;
        }
        std::erase_if(watches_, [](const auto& entry) { return entry.second.expired(); });
    }
    moved_.notify_all();
    if (next) next->start();
}

void RunsInProgress::stop(std::chrono::steady_clock::time_point deadline) {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    for (const auto& execution : all()) execution->interrupt();
    {
        std::unique_lock lock{mutex_};
        moved_.wait_until(lock, deadline, [this] { return running_.empty(); });
    }
    for (const auto& execution : all()) execution->record_as_interrupted();
    housekeeper_ = {};
}

void RunsInProgress::keep_house(const std::stop_token& stop) {
    auto next_sweep = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        for (const auto& execution : all()) execution->tick();
        if (std::chrono::steady_clock::now() >= next_sweep) {
            sweep_();
            next_sweep = std::chrono::steady_clock::now() + between_sweeps;
        }
        std::unique_lock lock{mutex_};
        if (running_.empty()) {
            moved_.wait_for(lock, stop, idle_tick, [this] { return !running_.empty(); });
        } else {
            // Nothing to wait for but time and the end.
            moved_.wait_for(lock, stop, tick, [] { return false; });
        }
    }
}

}  // namespace flux::providers::local
