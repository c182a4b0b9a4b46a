#include "mcp/task_record.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <cstdint>

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

TaskRecord::TaskRecord(std::string id, std::string principal, std::chrono::milliseconds lifetime, const Clock& clock,
                       std::shared_ptr<std::atomic<std::size_t>> unfinished)
    : id_{std::move(id)},
      principal_{std::move(principal)},
      lifetime_{lifetime},
      clock_{clock},
      begun_{clock.steady_now()},
      created_at_{clock.wall_now()},
      unfinished_{std::move(unfinished)},
      updated_at_{created_at_} {
    ++*unfinished_;
}

TaskRecord::~TaskRecord() {
    if (!is_last(status_)) --*unfinished_;
}

bool TaskRecord::is_over() const {
    const std::lock_guard lock{mutex_};
    return is_last(status_);
}

bool TaskRecord::is_expired() const { return clock_.steady_now() - begun_ > lifetime_; }

void TaskRecord::runs(const std::shared_ptr<RunningCall>& call) {
    const std::lock_guard lock{mutex_};
    call_ = call;
}

std::string_view TaskRecord::name_of(Status status) {
    switch (status) {
    case Status::working: return "working";
    case Status::input_required: return "input_required";
    case Status::completed: return "completed";
    case Status::failed: return "failed";
    case Status::cancelled: return "cancelled";
    }
    return {};
}

bool TaskRecord::is_last(Status status) { return status != Status::working && status != Status::input_required; }

std::unique_ptr<ChangeFeed> TaskRecord::feed(std::shared_ptr<const TaskRecord> record) {
    auto changes = record->changes_;
    return std::make_unique<TaskFeed>(std::move(record), std::move(changes));
}

void TaskRecord::write_state(json::Writer& writer) const {
    const std::lock_guard lock{mutex_};
    write_state_locked(writer);
}

void TaskRecord::write_state_locked(json::Writer& writer) const {
    writer.key("taskId").string(id_).key("status").string(name_of(status_));
    if (!message_.empty()) writer.key("statusMessage").string(message_);
    writer.key("createdAt").string(rfc3339_seconds(created_at_));
    writer.key("lastUpdatedAt").string(rfc3339_seconds(updated_at_));
    const auto sharing = static_cast<std::int64_t>(std::max<std::size_t>(*unfinished_, 1));
    writer.key("ttlMs").integer(lifetime_.count()).key("pollIntervalMs").integer(poll_interval.count() * sharing);
}

void TaskRecord::write_all(json::Writer& writer) const {
    const std::lock_guard lock{mutex_};
    write_state_locked(writer);
    if (status_ == Status::completed) writer.key("result").raw(outcome_);
    if (status_ == Status::failed) writer.key("error").raw(outcome_);
    if (status_ == Status::input_required) {
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
        if (asked_.empty()) become(Status::working);
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
    std::shared_ptr<RunningCall> call;
    {
        const std::lock_guard lock{mutex_};
        call = call_.lock();
    }
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call)] { call->cancel(); });
}

void TaskRecord::respond(std::string_view message, const Delivery&) {
    const std::lock_guard lock{mutex_};
    asked_.clear();
    if (message.empty()) {
        // How it stood goes on to be said: what was started may still be there.
        become(Status::cancelled);
    } else if (const auto result = json::Raw{message}.member("result"); !result.absent()) {
        become(Status::completed);
        outcome_ = result.text();
    } else {
        const auto error = json::Raw{message}.member("error");
        become(Status::failed);
        outcome_ = error.text();
        message_ = shortened(error.member("message").string().value_or(""), longest_message);
    }
    touch();
}

void TaskRecord::ask(const std::vector<InputRequest>& requests) {
    const std::lock_guard lock{mutex_};
    asked_ = requests;
    become(Status::input_required);
    touch();
}

void TaskRecord::tell(std::string_view status) {
    const std::lock_guard lock{mutex_};
    auto message = shortened(status, longest_message);
    if (is_last(status_) || message == message_) return;
    message_ = std::move(message);
    touch();
}

void TaskRecord::become(Status status) {
    if (!is_last(status_) && is_last(status)) --*unfinished_;
    status_ = status;
}

void TaskRecord::touch() {
    updated_at_ = clock_.wall_now();
    changes_->bump();
}

}  // namespace flux::mcp
