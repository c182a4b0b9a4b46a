#include "mcp/tasks.hpp"

#include <utility>

#include "base/id.hpp"
#include "mcp/asking.hpp"

namespace flux::mcp {

namespace {

/// Of a call that nobody waits for. Shorter than a task is remembered.
constexpr std::chrono::minutes task_limit{30};

}  // namespace

WireError tasks_not_declared(const RequestScope& scope) {
    return missing_capability(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", scope.missing_ability_code);
}

std::optional<Answer> Tasks::begin(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules,
                                   const Rest& rest) {
    const auto record = open(site.visitor.principal);
    if (!record) return {};
    record->tell(rest.stands);
    auto longer = rules;
    longer.limit = task_limit;
    Reply writing_down{record, Reply::Carrier::exchange};
    CallSite apart{site.scope, site.visitor, site.executor, nullptr, writing_down};
    apart.round = site.round;
    apart.digest = site.digest;
    apart.desk = record;
    const auto call = std::make_shared<CallOf<decltype(rest.run)>>(id, what, std::move(apart), longer, rest.run);
    record->runs(call);

    Answer created;
    created.type = "task";
    json::Writer writer{created.members};
    record->write_state(writer);
    call->enter();
    return created;
}

std::shared_ptr<TaskRecord> Tasks::open(const std::string& principal) {
    const std::lock_guard lock{mutex_};
    if (is_full(principal)) forget_expired();
    if (ended_ || is_full(principal)) return nullptr;
    auto& owner = owners_[principal];
    ++owner.tasks;
    auto record = std::make_shared<TaskRecord>(random_id(), principal, limits_.lifetime, clock_, owner.unfinished);
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
    if (!task) {
        return tl::unexpected{
            invalid_params("There is no such task (any more): a task is forgotten after an hour, and when the server "
                           "is started anew. What it waited for goes on; ask for its state with another call.")};
    }

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

void Tasks::end() {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    for (const auto& [id, task] : tasks_) task->cancel();
}

std::shared_ptr<TaskRecord> Tasks::find(std::string_view id, const std::string& principal) {
    const std::lock_guard lock{mutex_};
    const auto found = tasks_.find(std::string{id});
    if (found == tasks_.end() || found->second->principal() != principal || found->second->is_expired()) return nullptr;
    return found->second;
}

bool Tasks::is_full(const std::string& principal) const {
    const auto owner = owners_.find(principal);
    return tasks_.size() >= limits_.in_all || (owner != owners_.end() && owner->second.tasks >= limits_.per_principal);
}

void Tasks::forget_expired() {
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        if (!task->second->is_expired()) {
            ++task;
            continue;
        }
        const auto owner = owners_.find(task->second->principal());
        if (--owner->second.tasks == 0) owners_.erase(owner);
        task = tasks_.erase(task);
    }
}

}  // namespace flux::mcp
