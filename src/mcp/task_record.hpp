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

namespace flux::mcp {

/// One task of the extension `io.modelcontextprotocol/tasks`: a call of a tool whose answer is written down for its
/// client to fetch, instead of being sent. To the call it is the outbox, and the desk where it asks and tells.
/// Thread-safe.
class TaskRecord final : public Outbox, public TaskDesk {
public:
    /// `unfinished` counts the tasks of the same principal that are not over, this one among them: clients are told to
    /// look the less often the more there are, because looking costs turns.
    TaskRecord(std::string id, std::string principal, std::chrono::milliseconds lifetime, const Clock& clock,
               std::shared_ptr<std::atomic<std::size_t>> unfinished);
    TaskRecord(const TaskRecord&) = delete;
    TaskRecord& operator=(const TaskRecord&) = delete;
    ~TaskRecord() override;

    const std::string& id() const { return id_; }
    const std::string& principal() const { return principal_; }
    bool is_expired() const;

    /// Whether its status is its last.
    bool is_over() const;

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

    /// Tells a subscriber how `record` stands now, then of each change, the last one included.
    static std::unique_ptr<ChangeFeed> feed(std::shared_ptr<const TaskRecord> record);

    void send(std::string_view) override {}
    void respond(std::string_view message, const Delivery& delivery) override;
    void ask(const std::vector<InputRequest>& requests) override;
    void tell(std::string_view status) override;

private:
    enum class Status { working, input_required, completed, failed, cancelled };
    static std::string_view name_of(Status status);

    static bool is_last(Status status);

    void write_state_locked(json::Writer& writer) const;
    void become(Status status);
    void touch();

    const std::string id_;
    const std::string principal_;
    const std::chrono::milliseconds lifetime_;
    const Clock& clock_;
    const SteadyTime begun_;
    const WallTime created_at_;
    const std::shared_ptr<std::atomic<std::size_t>> unfinished_;
    const std::shared_ptr<async::Changes> changes_ = std::make_shared<async::Changes>();

    mutable std::mutex mutex_;
    std::weak_ptr<RunningCall> call_;
    Status status_ = Status::working;
    WallTime updated_at_;
    std::string message_;  ///< how it stands, for people and models; empty: nothing is said
    std::string outcome_;  ///< the result or the error, as JSON
    std::vector<InputRequest> asked_;
};

}  // namespace flux::mcp
