#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/task.hpp"
#include "async/timer.hpp"
#include "base/mostly_empty.hpp"
#include "mcp/answer.hpp"
#include "mcp/input.hpp"
#include "mcp/message.hpp"
#include "mcp/progress.hpp"
#include "mcp/reply.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/request_state.hpp"
#include "mcp/server.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

class RunningCall;
class Tasks;

/// The calls of one connection or session that have not been answered, by the ids of their requests: how they are found
/// again when the client gives one up, and how all are ended together.
///
/// Thread-safe, with a small lock of its own: the requests of one HTTP session come over many connections, and so on
/// many threads, and one may cancel what another started. On streams the lock is never contended.
class RunningCalls {
public:
    /// False if there is a call with this id already.
    bool add(const Id& id, const std::shared_ptr<RunningCall>& call);
    void remove(const Id& id, const RunningCall& call);
    void forget_questions(const RunningCall& call);
    bool holds(const Id& id) const;
    std::size_t size() const;

    /// Those of them whose answer does not only end a listening.
    std::size_t owed() const;

    /// The client gives the call up: it is stopped, each on its own executor, and not answered.
    void cancel(const Id& id);

    /// A new id for a request of the server's, whose answer `call` waits for.
    Id expect(const std::shared_ptr<RunningCall>& call, std::string key);

    /// The client's answer to such a request. An id that nobody waits for is passed over.
    void answer(const Response& response);

    /// Ends the calls that wait for something from the client, which can come no more, with `error`.
    void give_up_questions(const WireError& error);

    /// The client gives all of them up.
    void cancel_all();

    /// The peer is gone: everything is stopped, and nobody told.
    void close();

private:
    void end_all(void (RunningCall::*end)());

    struct Question {
        std::weak_ptr<RunningCall> call;
        std::string key;
    };

    struct Open {
        std::unordered_map<std::string, std::weak_ptr<RunningCall>> calls;
        std::unordered_map<std::string, Question> questions;

        bool empty() const { return calls.empty() && questions.empty(); }
    };

    mutable std::mutex mutex_;
    MostlyEmpty<Open> open_;
    std::atomic<std::size_t> held_ = 0;  ///< how many calls are open
    std::uint64_t asked_ = 0;
};

/// What all calls have in common.
struct CallRules {
    const Clock& clock;
    std::chrono::milliseconds limit;
    std::chrono::milliseconds progress_interval;
    std::size_t max_in_flight;
    std::chrono::milliseconds ask_limit;
    /// Counts them. Shared, because a tool may keep its call longer than the server lives.
    std::shared_ptr<std::atomic<std::size_t>> running;
    std::shared_ptr<const RequestStates> states;
    bool listening = false;  ///< it says things until it is ended, and its answer is only that it did
};

/// The task that a call has become, as the call sees it: where it asks, because neither its result nor a session
/// carries its questions, and where it says how it stands. Called on the executor of the call.
class TaskDesk {
public:
    virtual ~TaskDesk() = default;
    /// The answers come by RunningCall::take_input.
    virtual void ask(const std::vector<InputRequest>& requests) = 0;
    virtual void tell(std::string_view status) = 0;
};

/// Everything that a call brings along from its request.
struct CallSite {
    const RequestScope& scope;
    const admission::Visitor& visitor;
    async::Executor executor;
    std::shared_ptr<RunningCalls> calls;  ///< nullptr where nothing can refer to the call later
    Reply& reply;                         ///< a call that goes on takes it away
    const HttpFacts* headers = nullptr;   ///< of a request that repeats its body in them
    Round round = {};                     ///< what it brings from an earlier round
    std::string digest = {};              ///< of a request that may have rounds
    std::shared_ptr<TaskDesk> desk = {};  ///< of a task
    std::shared_ptr<Tasks> tasks = {};    ///< where a rest of the call becomes one; nullptr: it doesn't
};

/// One call of something that waits (a tool, mostly), from its start to its one answer. It ends by that answer, by the
/// time limit, by its client's cancellation, or with its connection, whichever is first; what was called is asked to
/// stop, and what it still says is lost.
///
/// Lives on the executor of its request; only RunningCalls reaches it from other threads. The task of what was called
/// keeps it alive, or, while the client is asked for something, the timer that ends that.
class RunningCall : public Call, public std::enable_shared_from_this<RunningCall> {
public:
    RunningCall(Id id, std::string what, CallSite site, const CallRules& rules);
    RunningCall(const RunningCall&) = delete;
    RunningCall& operator=(const RunningCall&) = delete;
    ~RunningCall() override;

    /// Whether there is room for one more among the calls of its client, who is told if there isn't.
    static bool has_room(const Request& request, CallSite& site, const CallRules& rules);

    /// From the beginning, or again with what was answered.
    virtual void enter() = 0;

    /// Runs a tool's task, which may end before this returns.
    void start(async::Task<Outcome> task);

    /// The same for another method.
    void start(async::Task<Answered> task);

    /// There is no task: what should have made it threw.
    void fail(std::exception_ptr thrown);

    /// Asks the client for what is needed, in the way of its era.
    void ask(InputNeeded needed);

    /// The client's answer to what was asked under `key`; `result` or `error` is JSON, the other empty.
    void take_input(const std::string& key, std::string result, const std::string& error);

    /// A notification that belongs to the request.
    void notify(std::string_view message) { reply_.notify(message); }
    bool congested() const { return reply_.congested(); }

    bool is_listening() const { return rules_.listening; }

    /// Whether the answer was given, or there will be none.
    bool is_over() const { return over_; }

    /// It cannot go on.
    void refuse(const WireError& error);

    /// The client gave it up: it is stopped, and its exchange ends without an answer.
    void cancel();

    /// The peer is gone: nobody can be told any more, and the call is stopped.
    void leave();

    /// Begins the event stream of a client that wants one in any case, where it could come back to it.
    void begin_wanted() { reply_.begin_wanted(); }

    /// Only the way back is gone: the work goes on, and nobody hears of its end.
    void detach() { reply_.detach(); }

    const async::Executor& executor() const { return executor_; }

    const admission::Visitor& visitor() const override { return visitor_; }
    std::string_view request_id() const override;
    std::chrono::steady_clock::time_point deadline() const override { return deadline_; }
    void progress(double done, std::optional<double> total, std::string_view message) override;
    void log(LogLevel level, std::string_view logger, std::string_view data) override;
    ClientAbilities client() const override { return scope_.client; }
    bool is_task() const override { return desk_ != nullptr; }
    const std::string* input(std::string_view key) const override { return round_.input(key); }
    std::string_view state() const override { return round_.state; }
    void let_poll() override;

private:
    template <class Value>
    void run(async::Task<Value> task);
    void ended(std::exception_ptr thrown, const Outcome& outcome);
    void ended(std::exception_ptr thrown, const Answered& answered);
    void expire();
    /// The end of the wait that goes on now; until then `keep` is kept alive, which nothing else does while the client
    /// is asked.
    void limit_until(std::chrono::steady_clock::time_point end, std::shared_ptr<RunningCall> keep = nullptr);
    void go_on();
    void leave_rest(Rest rest);
    void wait_out(Rest rest);
    bool finish();
    void stop();

    const Id id_;
    const std::string what_;
    mutable std::string request_id_;  ///< made for the first who asks: most calls are never named
    RequestScope scope_;
    const admission::Visitor visitor_;
    async::Executor executor_;
    std::shared_ptr<RunningCalls> calls_;
    Reply reply_;
    const CallRules rules_;
    std::chrono::steady_clock::time_point deadline_;
    Progress progress_;
    async::Timer timer_;
    asio::cancellation_signal signal_;
    const std::string digest_;
    const std::shared_ptr<TaskDesk> desk_;
    const std::shared_ptr<Tasks> tasks_;
    Round round_;
    std::size_t open_questions_ = 0;
    int rounds_ = 0;
    bool is_tool_ = true;
    bool over_ = false;
};

/// `outcome`, or `answered`, as the answer to `id`.
void answer(Reply& reply, const Id& id, const RequestScope& scope, const Outcome& outcome);
void answer(Reply& reply, const Id& id, const RequestScope& scope, const Answered& answered);

/// A call that gets its task from `Make`, a function of the call: once, or once more for each round.
template <class Make>
class CallOf final : public RunningCall {
public:
    CallOf(Id id, std::string what, CallSite site, const CallRules& rules, Make make)
        : RunningCall{std::move(id), std::move(what), std::move(site), rules}, make_{std::move(make)} {}

    void enter() override {
        try {
            start(make_(shared_from_this()));
        } catch (...) {
            fail(std::current_exception());
        }
    }

private:
    Make make_;
};

/// A new call of `what`, not begun yet, among those of its client; nullptr if there are too many of them.
template <class Make>
std::shared_ptr<RunningCall> new_call(const Request& request, std::string what, CallSite site, const CallRules& rules,
                                      Make make) {
    if (!RunningCall::has_room(request, site, rules)) return nullptr;
    const auto calls = site.calls;
    const auto call =
        std::make_shared<CallOf<Make>>(request.id, std::move(what), std::move(site), rules, std::move(make));
    if (calls) calls->add(request.id, call);
    return call;
}

/// Starts what `make` gives for a new call of `what`; what runs, or nullptr if nothing does.
template <class Make>
std::shared_ptr<RunningCall> start_call(const Request& request, std::string what, CallSite site, const CallRules& rules,
                                        Make make) {
    const auto call = new_call(request, std::move(what), std::move(site), rules, std::move(make));
    if (call) call->enter();
    return call;
}

/// Reads what a request of a client that is asked in results brings from the round before, into `site`; `digest` says
/// what the request is. The error is for a state that isn't ours.
std::optional<WireError> read_round(CallSite& site, std::string digest, json::Raw responses, json::Raw state,
                                    const CallRules& rules);

/// Says `data` on the log of a request's client, if it wants to hear it.
void tell_log(Reply& reply, const RequestScope& scope, LogLevel level, std::string_view logger, std::string_view data);

/// What broke while `what` (a tool, a method) was served: the reason goes into the log, and its caller is told the id
/// under which it stands there.
WireError broken(std::string_view what, std::exception_ptr thrown);
/// The same for a call that has an id already.
WireError broken(std::string_view what, std::exception_ptr thrown, std::string_view request_id);

}  // namespace flux::mcp
