#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "mcp/answer.hpp"
#include "mcp/message.hpp"
#include "mcp/running_call.hpp"
#include "mcp/task_journal.hpp"
#include "mcp/task_record.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

/// The name of the extension, where capabilities list it.
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

/// What a client of tasks has to declare.
WireError tasks_not_declared(const RequestScope& scope);

/// The tasks of all clients, each bound to the principal that called for it: its id is a name, not a key. Bounded, in
/// all and for each principal; one whose time is over is forgotten. With a journal, those that their tools can make
/// again outlive the process: over, they stand as they stood; else they sleep until somebody asks for them, and then go
/// on waiting. Thread-safe.
class Tasks : public std::enable_shared_from_this<Tasks> {
public:
    struct Limits {
        std::size_t in_all = 10'000;
        std::size_t per_principal = 256;
        std::chrono::milliseconds lifetime = std::chrono::hours{1};
    };

    /// Reads `journal`, and takes of `tools` how they go on.
    Tasks(Limits limits, const Clock& clock, std::shared_ptr<TaskJournal> journal, const std::vector<Tool>& tools);

    /// What hands a task out; nothing if there is none: there are too many, the server is going, or it can't be written
    /// down.
    using HandOut = std::function<void(std::optional<Answer>)>;

    /// Makes a task of `rest`, which begins now, apart from the request at `site`; the answer that hands it out.
    /// `what` is the tool, `id` that of the request. It ends with the process.
    std::optional<Answer> begin(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules,
                                const Rest& rest);

    /// The same, but `hand_out` gets the answer, on the executor of `site`: once the task is written down, if it can be
    /// made again from `rest`, and else before this returns.
    void begin_kept(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules, Rest rest,
                    HandOut hand_out);

    /// The task with this id, if it is one of the visitor's at `site` and its time isn't over; else nullptr. If it
    /// slept, it works from now on.
    std::shared_ptr<TaskRecord> find(std::string_view id, const CallSite& site, const CallRules& rules);

    /// Whether a method is one of `tasks/get`, `tasks/update` and `tasks/cancel`.
    static bool knows(std::string_view method);

    /// Answers such a method. -32602 for a task that isn't there, or is another principal's.
    Answered answer(const Request& request, const CallSite& site, const CallRules& rules);

    /// The server is going, and with it the tasks that aren't written down.
    void end();

private:
    struct Owner {
        std::size_t tasks = 0;
        std::shared_ptr<std::atomic<std::size_t>> unfinished = std::make_shared<std::atomic<std::size_t>>(0);
    };

    using Resume = std::function<std::optional<Rest>(std::string_view)>;
    using Records = std::unordered_map<std::string, std::shared_ptr<TaskRecord>>;

    std::shared_ptr<TaskRecord> open(KeptTask task, const std::shared_ptr<TaskJournal>& journal);
    std::shared_ptr<TaskRecord> add(KeptTask task, const std::shared_ptr<TaskJournal>& journal);
    void drop(const std::string& id);
    std::shared_ptr<TaskRecord> look_up(std::string_view id, const std::string& principal);
    void wake(const std::shared_ptr<TaskRecord>& record, const CallSite& site, const CallRules& rules);
    KeptTask new_task(const std::string& what, const std::string& principal, const Rest& rest) const;
    bool is_full(const std::string& principal) const;
    Records::iterator forget(Records::iterator task);
    void forget_expired();

    const Limits limits_;
    const Clock& clock_;
    const std::shared_ptr<TaskJournal> journal_;
    std::unordered_map<std::string, Resume> resumed_by_;  ///< by tool
    std::mutex mutex_;
    Records tasks_;
    std::unordered_map<std::string, Owner> owners_;
    bool ended_ = false;
};

}  // namespace flux::mcp
