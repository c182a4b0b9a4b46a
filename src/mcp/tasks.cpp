#include "mcp/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

#include "base/id.hpp"
#include "json/writer.hpp"
#include "mcp/asking.hpp"

namespace flux::mcp {

namespace {

/// Of a call that nobody waits for, from the beginning of its task. Shorter than a task is remembered.
constexpr std::chrono::minutes task_limit{30};
/// Of one that goes on after a restart, however late that is: to see how it stands takes a moment.
constexpr std::chrono::seconds least_limit{10};

/// Has `rest` done for `record`, apart from the request at `site`.
void enter(const std::shared_ptr<TaskRecord>& record, const Id& id, const std::string& what, const CallSite& site,
           CallRules rules, const Rest& rest) {
    rules.limit = std::max<std::chrono::milliseconds>(task_limit - record->age(), least_limit);
    rules.listening = false;
    Reply writing_down{record, Reply::Carrier::exchange};
    CallSite apart{site.scope, site.visitor, site.executor, nullptr, writing_down};
    apart.round = site.round;
    apart.digest = site.digest;
    apart.desk = record;
    const auto call = std::make_shared<CallOf<decltype(rest.run)>>(id, what, std::move(apart), rules, rest.run);
    record->runs(call);
    call->enter();
}

Answer handed_out(const TaskRecord& record) {
    Answer created;
    created.type = "task";
    json::Writer writer{created.members};
    record.write_state(writer);
    return created;
}

std::string no_way_on(std::string_view tool) {
    std::string text;
    json::Writer{text}
        .object()
        .key("error")
        .object()
        .key("code")
        .integer(-32603)
        .key("message")
        .string(
            fmt::format("The server was started anew, and `{}` can't go on with what this task waited for. Ask for its "
                        "state with another call.",
                        tool))
        .end_object()
        .end_object();
    return text;
}

}  // namespace

WireError tasks_not_declared(const RequestScope& scope) {
    return missing_capability(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", scope.missing_ability_code);
}

Tasks::Tasks(Limits limits, const Clock& clock, std::shared_ptr<TaskJournal> journal, const std::vector<Tool>& tools)
    : limits_{limits}, clock_{clock}, journal_{std::move(journal)} {
    for (const auto& tool : tools) {
        if (tool.resume) resumed_by_.emplace(tool.name, tool.resume);
    }
    if (!journal_) return;
    for (auto& task : journal_->load(clock_.wall_now())) add(std::move(task), journal_)->sleep();
}

std::optional<Answer> Tasks::begin(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules,
                                   const Rest& rest) {
    const auto record = open(new_task(what, site.visitor.principal, rest), nullptr);
    if (!record) return {};
    auto created = handed_out(*record);
    enter(record, id, what, site, rules, rest);
    return created;
}

void Tasks::begin_kept(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules, Rest rest,
                       HandOut hand_out) {
    if (!journal_ || rest.kept.empty()) return hand_out(begin(id, what, site, rules, rest));
    auto task = new_task(what, site.visitor.principal, rest);
    const auto record = open(task, journal_);
    if (!record) return hand_out({});

    // Whoever is told of a task finds it after a restart, so nobody is told before.
    auto go = [tasks = shared_from_this(), record, id, what, scope = site.scope, visitor = site.visitor,
               executor = site.executor, round = site.round, digest = site.digest, rules, rest = std::move(rest),
               hand_out = std::move(hand_out)](bool safe) {
        if (!safe) {
            tasks->drop(record->id());
            return hand_out({});
        }
        Reply nowhere{nullptr, Reply::Carrier::exchange};
        CallSite begun{scope, visitor, executor, nullptr, nowhere};
        begun.round = round;
        begun.digest = digest;
        auto created = handed_out(*record);
        enter(record, id, what, begun, rules, rest);
        hand_out(std::move(created));
    };
    // The thread that writes gives all of it away: what it holds is of the executor, and has to go there.
    auto held = std::make_shared<decltype(go)>(std::move(go));
    auto written = [executor = site.executor, working = asio::make_work_guard(site.executor),
                    held = std::move(held)](bool safe) mutable {
        asio::post(executor, [held = std::exchange(held, nullptr), safe] { (*held)(safe); });
    };
    journal_->begin(std::move(task), std::move(written));
}

KeptTask Tasks::new_task(const std::string& what, const std::string& principal, const Rest& rest) const {
    KeptTask task;
    task.id = random_id();
    task.principal = principal;
    task.tool = what;
    task.rest = rest.kept;
    task.message = rest.stands;
    task.created_at = clock_.wall_now();
    task.until = task.created_at + limits_.lifetime;
    return task;
}

std::shared_ptr<TaskRecord> Tasks::open(KeptTask task, const std::shared_ptr<TaskJournal>& journal) {
    const std::lock_guard lock{mutex_};
    if (is_full(task.principal)) forget_expired();
    if (ended_ || is_full(task.principal)) return nullptr;
    return add(std::move(task), journal);
}

std::shared_ptr<TaskRecord> Tasks::add(KeptTask task, const std::shared_ptr<TaskJournal>& journal) {
    auto& owner = owners_[task.principal];
    ++owner.tasks;
    auto record = std::make_shared<TaskRecord>(std::move(task), clock_, owner.unfinished, journal);
    tasks_.emplace(record->id(), record);
    return record;
}

void Tasks::drop(const std::string& id) {
    const std::lock_guard lock{mutex_};
    if (const auto task = tasks_.find(id); task != tasks_.end()) forget(task);
}

bool Tasks::knows(std::string_view method) {
    return method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel";
}

Answered Tasks::answer(const Request& request, const CallSite& site, const CallRules& rules) {
    const auto id = request.params.member("taskId").string();
    if (!id) return tl::unexpected{invalid_params("`params.taskId` has to name a task.")};
    const bool only_cancels = request.method == "tasks/cancel";
    const auto task = only_cancels ? look_up(*id, site.visitor.principal) : find(*id, site, rules);
    if (!task) {
        return tl::unexpected{
            invalid_params("There is no such task (any more): a task is forgotten after an hour. What it waited for "
                           "goes on; ask for its state with another call.")};
    }

    Answer answer;
    if (request.method == "tasks/update") {
        const auto responses = request.params.member("inputResponses");
        if (!responses.is(json::Kind::object)) {
            return tl::unexpected{invalid_params("`params.inputResponses` has to be an object.")};
        }
        task->take(read_inputs(responses));
    } else if (only_cancels) {
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
    for (const auto& [id, task] : tasks_) task->leave();
}

std::shared_ptr<TaskRecord> Tasks::find(std::string_view id, const CallSite& site, const CallRules& rules) {
    auto record = look_up(id, site.visitor.principal);
    if (record && record->wake()) wake(record, site, rules);
    return record;
}

std::shared_ptr<TaskRecord> Tasks::look_up(std::string_view id, const std::string& principal) {
    const std::lock_guard lock{mutex_};
    const auto found = tasks_.find(std::string{id});
    if (found == tasks_.end() || found->second->principal() != principal || found->second->is_expired()) return nullptr;
    return found->second;
}

void Tasks::wake(const std::shared_ptr<TaskRecord>& record, const CallSite& site, const CallRules& rules) {
    const auto& beginning = record->beginning();
    const auto resume = resumed_by_.find(beginning.tool);
    const auto rest = resume == resumed_by_.end() ? std::nullopt : resume->second(beginning.rest);
    if (!rest) return record->respond(no_way_on(beginning.tool), {});
    // The request is long answered; only its task hears of this.
    enter(record, Id{"0"}, beginning.tool, site, rules, *rest);
}

bool Tasks::is_full(const std::string& principal) const {
    const auto owner = owners_.find(principal);
    return tasks_.size() >= limits_.in_all || (owner != owners_.end() && owner->second.tasks >= limits_.per_principal);
}

Tasks::Records::iterator Tasks::forget(Records::iterator task) {
    const auto owner = owners_.find(task->second->principal());
    if (--owner->second.tasks == 0) owners_.erase(owner);
    return tasks_.erase(task);
}

void Tasks::forget_expired() {
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        task = task->second->is_expired() ? forget(task) : std::next(task);
    }
}

}  // namespace flux::mcp
