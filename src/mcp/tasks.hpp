#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "mcp/answer.hpp"
#include "mcp/message.hpp"
#include "mcp/running_call.hpp"
#include "mcp/task_record.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

/// The name of the extension, where capabilities list it.
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

/// What a client of tasks has to declare.
WireError tasks_not_declared(const RequestScope& scope);

/// The tasks of all clients, each bound to the principal that called for it: its id is a name, not a key. Bounded, in
/// all and for each principal; one whose time is over is forgotten. In memory: a restart forgets them all, as it ends
/// the calls behind them. Thread-safe.
class Tasks {
public:
    struct Limits {
        std::size_t in_all = 10'000;
        std::size_t per_principal = 256;
        std::chrono::milliseconds lifetime = std::chrono::hours{1};
    };

    Tasks(Limits limits, const Clock& clock) : limits_{limits}, clock_{clock} {}

    /// Makes a task of `rest`, which begins now, apart from the request at `site`: the answer that hands it out.
    /// Nothing if there are too many, or the server is going. `what` is the tool, `id` that of the request.
    std::optional<Answer> begin(const Id& id, const std::string& what, const CallSite& site, const CallRules& rules,
                                const Rest& rest);

    /// A new task; nullptr if there are too many, or the server is going.
    std::shared_ptr<TaskRecord> open(const std::string& principal);

    /// The task with this id, if it is one of `principal`'s and its time isn't over; else nullptr.
    std::shared_ptr<TaskRecord> find(std::string_view id, const std::string& principal);

    /// Whether a method is one of `tasks/get`, `tasks/update` and `tasks/cancel`.
    static bool knows(std::string_view method);

    /// Answers such a method. -32602 for a task that isn't there, or is another principal's.
    Answered answer(const Request& request, const std::string& principal);

    /// The server is going, and the tasks with it.
    void end();

private:
    struct Owner {
        std::size_t tasks = 0;
        std::shared_ptr<std::atomic<std::size_t>> unfinished = std::make_shared<std::atomic<std::size_t>>(0);
    };

    bool is_full(const std::string& principal) const;
    void forget_expired();

    const Limits limits_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<TaskRecord>> tasks_;
    std::unordered_map<std::string, Owner> owners_;
    bool ended_ = false;
};

}  // namespace flux::mcp
