#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/changes.hpp"
#include "builds/provider.hpp"
#include "providers/local/concurrency_groups.hpp"
#include "providers/local/run_execution.hpp"

namespace flux::providers::local {

/// The attempts that go on, and the thread that keeps their logs flowing. Thread-safe.
class RunsInProgress {
public:
    /// A workflow's `concurrency:`, evaluated.
    struct Group {
        std::string name;
        bool cancel_in_progress = false;
    };

    /// `sweep` is called now and then on the thread of this object, which nothing waits for.
    RunsInProgress(std::size_t limit, std::function<void()> sweep);
    /// Starts the thread: when everything that `sweep` needs is there.
    void begin_housekeeping();
    RunsInProgress(const RunsInProgress&) = delete;
    RunsInProgress& operator=(const RunsInProgress&) = delete;

    /// `unavailable` where no further one may come in: too many, or the server stops.
    Result<void> has_room() const;

    /// Lets an attempt begin, or wait for its concurrency group. Gives it a watch: that of the attempt before, if
    /// somebody still holds it.
    std::shared_ptr<RunExecution> begin(const Workshop& workshop, AttemptOrder order,
                                        const std::optional<Group>& group);

    /// nullptr: it doesn't go on.
    std::shared_ptr<RunExecution> find(builds::RunId run) const;
    std::shared_ptr<builds::RunWatch> watch(builds::RunId run) const;
    /// Counts what happens to any run.
    const std::shared_ptr<async::Changes>& every_run() const { return every_run_; }
    std::vector<std::shared_ptr<RunExecution>> all() const;

    /// Lets nothing in any more, interrupts all, and waits for them until `deadline`; records the rest as interrupted
    /// and ends the housekeeping.
    void stop(std::chrono::steady_clock::time_point deadline);

private:
    void over(builds::RunId run);
    void keep_house(const std::stop_token& stop);

    const std::size_t limit_;
    const std::function<void()> sweep_;
    const std::shared_ptr<async::Changes> every_run_ = std::make_shared<async::Changes>();
    mutable std::mutex mutex_;
    std::condition_variable_any moved_;
    std::map<builds::RunId, std::shared_ptr<RunExecution>> running_;
    std::map<builds::RunId, std::weak_ptr<builds::RunWatch>> watches_;
    ConcurrencyGroups groups_;
    bool stopping_ = false;
    std::jthread housekeeper_;
};

}  // namespace flux::providers::local
