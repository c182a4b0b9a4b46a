#include "mcp/task_record.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>

#include "json/raw.hpp"
#include "mcp/asking.hpp"

namespace flux::mcp {

namespace {

constexpr std::chrono::milliseconds poll_interval{1000};

}  // namespace

TaskRecord::TaskRecord(std::string id, std::string principal, std::chrono::milliseconds lifetime, const Clock& clock)
    : id_{std::move(id)},
      principal_{std::move(principal)},
      lifetime_{lifetime},
      clock_{clock},
      begun_{clock.steady_now()},
      created_at_{clock.wall_now()},
      updated_at_{created_at_} {}

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

void TaskRecord::write_state(json::Writer& writer) const {
    const std::lock_guard lock{mutex_};
    write_state_locked(writer);
}

void TaskRecord::write_state_locked(json::Writer& writer) const {
    writer.key("taskId").string(id_).key("status").string(name_of(status_));
    writer.key("createdAt").string(rfc3339_seconds(created_at_));
    writer.key("lastUpdatedAt").string(rfc3339_seconds(updated_at_));
    writer.key("ttlMs").integer(lifetime_.count()).key("pollIntervalMs").integer(poll_interval.count());
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
        if (asked_.empty()) status_ = Status::working;
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
    touch();
    if (message.empty()) {
        status_ = Status::cancelled;
        return;
    }
    const json::Raw response{message};
    const auto result = response.member("result");
    status_ = result.absent() ? Status::failed : Status::completed;
    outcome_ = (result.absent() ? response.member("error") : result).text();
}

void TaskRecord::ask(const std::vector<InputRequest>& requests) {
    const std::lock_guard lock{mutex_};
    asked_ = requests;
    status_ = Status::input_required;
    touch();
}

void TaskRecord::touch() { updated_at_ = clock_.wall_now(); }

}  // namespace flux::mcp
