#include "mcp/task_record.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "json/raw.hpp"
#include "mcp/asking.hpp"

namespace flux::mcp {

namespace {

/// Of all tasks of a principal together: twelve of its thirty turns a minute.
constexpr std::chrono::milliseconds poll_interval{5000};

constexpr std::size_t longest_message = 500;

class TaskFeed final : public ChangeFeed {
public:
    TaskFeed(std::shared_ptr<const TaskRecord> record, std::shared_ptr<async::Changes> changes)
        : record_{std::move(record)}, changes_{std::move(changes)} {}

    async::Task<bool> next() override {
        constexpr auto never = std::chrono::steady_clock::time_point::max();
        if (told_last_) co_return false;
        bool changed = !began_;
        while (!changed) changed = co_await changes_->wait_beyond(seen_, never);
        began_ = true;
        // Read before it is told: what moves from here on is told next time.
        seen_ = changes_->version();
        told_last_ = record_->is_over();
        co_return true;
    }

private:
    std::shared_ptr<const TaskRecord> record_;
    std::shared_ptr<async::Changes> changes_;
    std::uint64_t seen_ = 0;
    bool began_ = false;
    bool told_last_ = false;
};

}  // namespace

TaskRecord::TaskRecord(KeptTask task, const Clock& clock, std::shared_ptr<std::atomic<std::size_t>> unfinished,
                       std::shared_ptr<TaskJournal> journal)
    : task_{std::move(task)},
      clock_{clock},
      begun_{clock.steady_now() - (clock.wall_now() - task_.created_at)},
      journal_{std::move(journal)},
      unfinished_{std::move(unfinished)},
      updated_at_{task_.created_at},
      message_{task_.message} {
    ++*unfinished_;
    if (task_.end) end_by(*task_.end);
}

TaskRecord::~TaskRecord() {
    if (!is_last(status_)) --*unfinished_;
}

bool TaskRecord::is_over() const {
    const std::lock_guard lock{mutex_};
    return is_last(status_);
}

std::chrono::milliseconds TaskRecord::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - begun_);
}

bool TaskRecord::is_expired() const { return clock_.steady_now() - begun_ > task_.until - task_.created_at; }

bool TaskRecord::wake() {
    const std::lock_guard lock{mutex_};
    return std::exchange(asleep_, false);
}

void TaskRecord::sleep() {
    const std::lock_guard lock{mutex_};
    asleep_ = !is_last(status_);
}

void TaskRecord::runs(const std::shared_ptr<RunningCall>& call) {
    const std::lock_guard lock{mutex_};
    call_ = call;
}

std::shared_ptr<RunningCall> TaskRecord::call() const {
    const std::lock_guard lock{mutex_};
    return call_.lock();
}

std::unique_ptr<ChangeFeed> TaskRecord::feed(std::shared_ptr<const TaskRecord> record) {
    auto changes = record->changes_;
    return std::make_unique<TaskFeed>(std::move(record), std::move(changes));
}

void TaskRecord::write_state(json::Writer& writer) const {
    const std::lock_guard lock{mutex_};
    write_state_locked(writer);
}

void TaskRecord::write_state_locked(json::Writer& writer) const {
    writer.key("taskId").string(task_.id).key("status").string(name_of(status_));
    if (!message_.empty()) writer.key("statusMessage").string(message_);
    writer.key("createdAt").string(rfc3339_seconds(task_.created_at));
    writer.key("lastUpdatedAt").string(rfc3339_seconds(updated_at_));
    const auto sharing = static_cast<std::int64_t>(std::max<std::size_t>(*unfinished_, 1));
    const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(task_.until - task_.created_at);
    writer.key("ttlMs").integer(lifetime.count()).key("pollIntervalMs").integer(poll_interval.count() * sharing);
}

void TaskRecord::write_all(json::Writer& writer) const {
    const std::lock_guard lock{mutex_};
    write_state_locked(writer);
    if (status_ == TaskStatus::completed) writer.key("result").raw(outcome_);
    if (status_ == TaskStatus::failed) writer.key("error").raw(outcome_);
    if (status_ == TaskStatus::input_required) {
        writer.key("inputRequests").object();
        for (const auto& request : asked_) write_input_request(writer, request);
        writer.end_object();
    }
}

void TaskRecord::take(const Round& round) {
    std::vector<std::pair<std::string, std::string>> taken;
    std::shared_ptr<RunningCall> call;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& input : round.inputs) {
            const auto asked = std::find_if(asked_.begin(), asked_.end(),
                                            [&](const InputRequest& request) { return request.key == input.first; });
            if (asked == asked_.end()) continue;
            asked_.erase(asked);
            taken.push_back(input);
        }
        if (taken.empty()) return;
        if (asked_.empty()) become(TaskStatus::working);
        touch();
        call = call_.lock();
    }
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call), taken = std::move(taken)] {
        for (const auto& [key, result] : taken) call->take_input(key, result, {});
    });
}

void TaskRecord::cancel() {
    if (wake()) return respond({}, {});
    auto call = this->call();
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call)] { call->cancel(); });
}

void TaskRecord::leave() {
    if (!journal_) return cancel();
    auto call = this->call();
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call)] { call->leave(); });
}

void TaskRecord::respond(std::string_view message, const Delivery&) {
    TaskEnd end;
    {
        const std::lock_guard lock{mutex_};
        if (ending_ || is_last(status_)) return;
        ending_ = true;
        asked_.clear();
        end.message = message_;
    }
    end.at = clock_.wall_now();
    if (message.empty()) {
        // How it stood goes on to be said: what was started may still be there.
        end.status = TaskStatus::cancelled;
    } else if (const auto result = json::Raw{message}.member("result"); !result.absent()) {
        end.status = TaskStatus::completed;
        end.outcome = result.text();
    } else {
        const auto error = json::Raw{message}.member("error");
        end.status = TaskStatus::failed;
        end.outcome = error.text();
        end.message = shortened(error.member("message").string().value_or(""), longest_message);
    }
    if (!journal_) return end_by(end);
    auto written = [self = shared_from_this(), end] { self->end_by(end); };
    journal_->end(task_.id, end, std::move(written));
}

void TaskRecord::end_by(const TaskEnd& end) {
    const std::lock_guard lock{mutex_};
    become(end.status);
    message_ = end.message;
    outcome_ = end.outcome;
    updated_at_ = end.at;
    changes_->bump();
}

void TaskRecord::ask(const std::vector<InputRequest>& requests) {
    const std::lock_guard lock{mutex_};
    if (ending_) return;
    asked_ = requests;
    become(TaskStatus::input_required);
    touch();
}

void TaskRecord::tell(std::string_view status) {
    const std::lock_guard lock{mutex_};
    auto message = shortened(status, longest_message);
    if (ending_ || is_last(status_) || message == message_) return;
    message_ = std::move(message);
    touch();
}

void TaskRecord::become(TaskStatus status) {
    if (!is_last(status_) && is_last(status)) --*unfinished_;
    status_ = status;
}

void TaskRecord::touch() {
    updated_at_ = clock_.wall_now();
    changes_->bump();
}

}  // namespace flux::mcp
