#include "mcp/tasks.hpp"

#include <utility>

#include "base/id.hpp"
#include "mcp/asking.hpp"

namespace flux::mcp {

WireError tasks_not_declared(const RequestScope& scope) {
    return missing_capability(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", scope.missing_ability_code);
}

std::shared_ptr<TaskRecord> Tasks::open(const std::string& principal) {
    auto record = std::make_shared<TaskRecord>(random_id(), principal, limits_.lifetime, clock_);
    const std::lock_guard lock{mutex_};
    if (is_full(principal)) forget_expired();
    if (is_full(principal)) return nullptr;
    ++per_principal_[principal];
    tasks_.emplace(record->id(), record);
    return record;
}

bool Tasks::knows(std::string_view method) {
    return method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel";
}

Answered Tasks::answer(const Request& request, const std::string& principal) {
    const auto id = request.params.member("taskId").string();
    if (!id) return tl::unexpected{invalid_params("`params.taskId` has to name a task.")};
    const auto task = find(*id, principal);
    if (!task) return tl::unexpected{invalid_params("There is no such task (any more).")};

    Answer answer;
    if (request.method == "tasks/update") {
        const auto responses = request.params.member("inputResponses");
        if (!responses.is(json::Kind::object)) {
            return tl::unexpected{invalid_params("`params.inputResponses` has to be an object.")};
        }
        task->take(read_inputs(responses));
    } else if (request.method == "tasks/cancel") {
        task->cancel();
    } else {
        json::Writer writer{answer.members};
        task->write_all(writer);
    }
    return answer;
}

void Tasks::cancel_all() {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, task] : tasks_) task->cancel();
}

std::shared_ptr<TaskRecord> Tasks::find(std::string_view id, const std::string& principal) {
    const std::lock_guard lock{mutex_};
    const auto found = tasks_.find(std::string{id});
    if (found == tasks_.end() || found->second->principal() != principal || found->second->is_expired()) return nullptr;
    return found->second;
}

bool Tasks::is_full(const std::string& principal) const {
    const auto owned = per_principal_.find(principal);
    return tasks_.size() >= limits_.in_all || (owned != per_principal_.end() && owned->second >= limits_.per_principal);
}

void Tasks::forget_expired() {
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        if (!task->second->is_expired()) {
            ++task;
            continue;
        }
        const auto owner = per_principal_.find(task->second->principal());
        if (--owner->second == 0) per_principal_.erase(owner);
        task = tasks_.erase(task);
    }
}

}  // namespace flux::mcp
