#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "async/task.hpp"
#include "async/timer.hpp"
#include "mcp/answer.hpp"
#include "mcp/progress.hpp"
#include "mcp/reply.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

class RunningCall;

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
    bool holds(const Id& id) const;
    std::size_t size() const;

    /// The client gives the call up: it is stopped, each on its own executor, and not answered.
    void cancel(const Id& id);

    /// The client gives all of them up.
    void cancel_all();

    /// The peer is gone: everything is stopped, and nobody told.
    void close();

private:
    void end_all(void (RunningCall::*end)());

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::weak_ptr<RunningCall>> calls_;
};

/// What all calls have in common.
struct CallRules {
    const Clock& clock;
    std::chrono::milliseconds limit;
    std::chrono::milliseconds progress_interval;
    std::size_t max_in_flight;
    /// Counts them. Shared, because a tool may keep its call longer than the server lives.
    std::shared_ptr<std::atomic<std::size_t>> running;
};

/// Everything that a call brings along from its request.
struct CallSite {
    const RequestScope& scope;
    const admission::Visitor& visitor;
    async::Executor executor;
    std::shared_ptr<RunningCalls> calls;  ///< nullptr where nothing can refer to the call later
    Reply& reply;                         ///< a call that goes on takes it away
};

/// One call of something that waits (a tool, mostly), from its start to its one answer. It ends by that answer, by the
/// time limit, by its client's cancellation, or with its connection, whichever is first; what was called is asked to
/// stop, and what it still says is lost.
///
/// Lives on the executor of its request; only RunningCalls reaches it from other threads. The task of what was called
/// keeps it alive.
class RunningCall final : public Call, public std::enable_shared_from_this<RunningCall> {
public:
    RunningCall(Id id, std::string what, CallSite site, const CallRules& rules);
    RunningCall(const RunningCall&) = delete;
    RunningCall& operator=(const RunningCall&) = delete;
    ~RunningCall() override;

    /// A call of `what` among those of its client; nullptr if there are too many, which the client has been told then.
    static std::shared_ptr<RunningCall> begin(const Request& request, std::string what, CallSite site,
                                              const CallRules& rules);

    /// Runs a tool's task, which may end before this returns.
    void start(async::Task<Outcome> task);

    /// The same for another method.
    void start(async::Task<Answered> task);

    /// There is no task: what should have made it threw.
    void fail(std::exception_ptr thrown);

    /// Whether the answer was given, or there will be none.
    bool is_over() const { return over_; }

    /// The client gave it up: it is stopped, and its exchange ends without an answer.
    void cancel();

    /// The peer is gone: nobody can be told any more, and the call is stopped.
    void leave();

    /// Only the way back is gone: the work goes on, and nobody hears of its end.
    void detach() { reply_.abandon(); }

    const async::Executor& executor() const { return executor_; }

    const admission::Visitor& visitor() const override { return visitor_; }
    std::chrono::steady_clock::time_point deadline() const override { return deadline_; }
    void progress(double done, std::optional<double> total, std::string_view message) override;

private:
    template <class Value>
    void run(async::Task<Value> task);
    void ended(std::exception_ptr thrown, const Outcome& outcome);
    void ended(std::exception_ptr thrown, const Answered& answered);
    void expire();
    bool finish();
    void stop();

    const Id id_;
    const std::string what_;
    RequestScope scope_;
    const admission::Visitor visitor_;
    async::Executor executor_;
    std::shared_ptr<RunningCalls> calls_;
    Reply reply_;
    const CallRules rules_;
    const std::chrono::steady_clock::time_point deadline_;
    Progress progress_;
    async::Timer timer_;
    asio::cancellation_signal signal_;
    bool is_tool_ = true;
    bool over_ = false;
};

/// `outcome`, or `answered`, as the answer to `id`.
void answer(Reply& reply, const Id& id, const RequestScope& scope, const Outcome& outcome);
void answer(Reply& reply, const Id& id, const RequestScope& scope, const Answered& answered);

/// Starts what `make` gives for a new call of `what`; what runs, or nullptr if nothing does.
template <class Make>
std::shared_ptr<RunningCall> start_call(const Request& request, std::string what, CallSite site, const CallRules& rules,
                                        Make make) {
    const auto call = RunningCall::begin(request, std::move(what), std::move(site), rules);
    if (!call) return nullptr;
    try {
        call->start(make(call));
    } catch (...) {
        call->fail(std::current_exception());
    }
    return call;
}

/// What broke while `what` (a tool, a method) was served: the reason goes into the log, and its caller is told the id
/// under which it stands there.
WireError broken(std::string_view what, std::exception_ptr thrown);

}  // namespace flux::mcp
