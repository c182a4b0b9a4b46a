#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/changes.hpp"
#include "base/clock.hpp"
#include "json/writer.hpp"
#include "mcp/change_feed.hpp"
#include "mcp/input.hpp"
#include "mcp/outbox.hpp"
#include "mcp/running_call.hpp"
#include "mcp/task_journal.hpp"

namespace flux::mcp {

/// One task of the extension `io.modelcontextprotocol/tasks`: a call of a tool whose answer is written down for its
/// client to fetch, instead of being sent. To the call it is the outbox, and the desk where it asks and tells.
/// Thread-safe.
class TaskRecord final : public Outbox, public TaskDesk, public std::enable_shared_from_this<TaskRecord> {
public:
    /// `task` as it begins, or as it was left by an earlier process: then it sleeps, unless it is over. `unfinished`
    /// counts the tasks of the same principal that are not over, this one among them: clients are told to look the
    /// less often the more there are, because looking costs turns. With a `journal` an end counts, and is told, once it
    /// is written down.
    TaskRecord(KeptTask task, const Clock& clock, std::shared_ptr<std::atomic<std::size_t>> unfinished,
               std::shared_ptr<TaskJournal> journal);
    TaskRecord(const TaskRecord&) = delete;
    TaskRecord& operator=(const TaskRecord&) = delete;
    ~TaskRecord() override;

    const std::string& id() const { return task_.id; }
    const std::string& principal() const { return task_.principal; }
    /// As it was written down at its beginning.
    const KeptTask& beginning() const { return task_; }
    std::chrono::milliseconds age() const;
    bool is_expired() const;

    /// Whether its status is its last.
    bool is_over() const;

    /// Whether no call works for it since the restart. The one who gets true has to see to it.
    bool wake();
    void sleep();

    /// The call whose answer this is.
    void runs(const std::shared_ptr<RunningCall>& call);

    /// What every result about the task holds: its id, its status, its times.
    void write_state(json::Writer& writer) const;

    /// The same, and what has come of it: the result, the error, or what the client is asked.
    void write_all(json::Writer& writer) const;

    /// The client's answers, by the keys of what it was asked; others are passed over.
    void take(const Round& round);

    /// Asks the call to stop, if it still runs.
    void cancel();

    /// The server is going: a task that is written down stays as it stands, another is cancelled.
    void leave();

    /// Tells a subscriber how `record` stands now, then of each change, the last one included.
    static std::unique_ptr<ChangeFeed> feed(std::shared_ptr<const TaskRecord> record);

    void send(std::string_view) override {}
    void respond(std::string_view message, const Delivery& delivery) override;
    void ask(const std::vector<InputRequest>& requests) override;
    void tell(std::string_view status) override;

private:
    std::shared_ptr<RunningCall> call() const;
    void end_by(const TaskEnd& end);
    void write_state_locked(json::Writer& writer) const;
    void become(TaskStatus status);
    void touch();

    const KeptTask task_;
    const Clock& clock_;
    const SteadyTime begun_;
    const std::shared_ptr<TaskJournal> journal_;  ///< nullptr: it isn't written down
    const std::shared_ptr<std::atomic<std::size_t>> unfinished_;
    const std::shared_ptr<async::Changes> changes_ = std::make_shared<async::Changes>();

    mutable std::mutex mutex_;
    std::weak_ptr<RunningCall> call_;
    bool asleep_ = false;
    bool ending_ = false;  ///< its end is being written down
    TaskStatus status_ = TaskStatus::working;
    WallTime updated_at_;
    std::string message_;  ///< how it stands, for people and models; empty: nothing is said
    std::string outcome_;  ///< the result or the error, as JSON
    std::vector<InputRequest> asked_;
};

}  // namespace flux::mcp
