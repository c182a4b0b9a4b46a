#include "mcp/running_call.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "mcp/outcome_json.hpp"
#include "observe/log.hpp"

namespace flux::mcp {

bool RunningCalls::add(const Id& id, const std::shared_ptr<RunningCall>& call) {
    const std::lock_guard lock{mutex_};
    return calls_.emplace(id.json, call).second;
}

void RunningCalls::remove(const Id& id, const RunningCall& call) {
    // What is let go of here may be the last of a call: not while the lock is held.
    std::shared_ptr<RunningCall> held;
    const std::lock_guard lock{mutex_};
    const auto found = calls_.find(id.json);
    if (found == calls_.end()) return;
    held = found->second.lock();
    if (!held || held.get() == &call) calls_.erase(found);
}

bool RunningCalls::holds(const Id& id) const {
    const std::lock_guard lock{mutex_};
    return !calls_.empty() && calls_.count(id.json) > 0;
}

std::size_t RunningCalls::size() const {
    const std::lock_guard lock{mutex_};
    return calls_.size();
}

void RunningCalls::cancel(const Id& id) {
    std::shared_ptr<RunningCall> call;
    {
        const std::lock_guard lock{mutex_};
        const auto found = calls_.find(id.json);
        if (found != calls_.end()) call = found->second.lock();
    }
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call)] { call->cancel(); });
}

void RunningCalls::cancel_all() { end_all(&RunningCall::cancel); }

void RunningCalls::close() { end_all(&RunningCall::leave); }

void RunningCalls::end_all(void (RunningCall::*end)()) {
    std::vector<std::shared_ptr<RunningCall>> calls;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, weak] : calls_) {
            if (auto call = weak.lock()) calls.push_back(std::move(call));
        }
    }
    for (auto& call : calls) {
        const auto executor = call->executor();
        asio::dispatch(executor, [call = std::move(call), end] { (call.get()->*end)(); });
    }
}

RunningCall::RunningCall(Id id, std::string what, CallSite site, const CallRules& rules)
    : id_{std::move(id)},
      what_{std::move(what)},
      scope_{site.scope},
      visitor_{site.visitor},
      executor_{site.executor},
      calls_{std::move(site.calls)},
      reply_{std::move(site.reply)},
      rules_{rules},
      deadline_{std::chrono::steady_clock::now() + rules.limit},
      progress_{scope_, rules.clock, rules.progress_interval},
      timer_{executor_, deadline_} {
    rules_.running->fetch_add(1, std::memory_order_relaxed);
}

RunningCall::~RunningCall() { rules_.running->fetch_sub(1, std::memory_order_relaxed); }

std::shared_ptr<RunningCall> RunningCall::begin(const Request& request, std::string what, CallSite site,
                                                const CallRules& rules) {
    if (site.calls && site.calls->size() >= rules.max_in_flight) {
        site.reply.fail(request.id,
                        wire_error({Errc::unavailable,
                                    fmt::format("{} calls are in flight here, which is the most. Wait for one of them.",
                                                rules.max_in_flight),
                                    "too_many_in_flight"}));
        return nullptr;
    }
    const auto calls = site.calls;
    auto call = std::make_shared<RunningCall>(request.id, std::move(what), std::move(site), rules);
    if (calls) calls->add(request.id, call);
    return call;
}

void RunningCall::start(async::Task<Outcome> task) { run(std::move(task)); }

void RunningCall::start(async::Task<Answered> task) {
    is_tool_ = false;
    run(std::move(task));
}

template <class Value>
void RunningCall::run(async::Task<Value> task) {
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        if (error) return;
        if (const auto self = weak.lock()) self->expire();
    });
    auto end = [self = shared_from_this()](std::exception_ptr thrown, const Value& value) {
        self->ended(std::move(thrown), value);
    };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(signal_.slot(), std::move(end)));
}

void RunningCall::fail(std::exception_ptr thrown) {
    if (finish()) reply_.fail(id_, broken(what_, std::move(thrown)));
}

void RunningCall::cancel() {
    const auto self = shared_from_this();
    if (!finish()) return;
    reply_.drop();
    stop();
}

void RunningCall::leave() {
    const auto self = shared_from_this();
    if (!finish()) return;
    reply_.abandon();
    stop();
}

void RunningCall::progress(double done, std::optional<double> total, std::string_view message) {
    if (!over_) progress_.tell(reply_, done, total, message);
}

void RunningCall::ended(std::exception_ptr thrown, const Outcome& outcome) {
    timer_.cancel();
    if (thrown) return fail(std::move(thrown));
    if (finish()) answer(reply_, id_, scope_, outcome);
}

void RunningCall::ended(std::exception_ptr thrown, const Answered& answered) {
    timer_.cancel();
    if (thrown) return fail(std::move(thrown));
    if (finish()) answer(reply_, id_, scope_, answered);
}

void RunningCall::expire() {
    if (!finish()) return;
    const auto message = fmt::format("`{}` had no answer within {} s and was stopped.", what_,
                                     std::chrono::duration_cast<std::chrono::seconds>(rules_.limit).count());
    if (is_tool_) {
        Outcome outcome;
        outcome.is_error = true;
        outcome.content.push_back(Content::text(
            message + " What it started goes on; ask for its state, or call again with a shorter wait. [timed_out]"));
        answer(reply_, id_, scope_, outcome);
    } else {
        reply_.fail(id_, wire_error({Errc::timed_out, message + " Try again in a moment.", "timed_out"}));
    }
    stop();
}

/// The one who gets true decides how the call ends.
bool RunningCall::finish() {
    if (over_) return false;
    over_ = true;
    if (calls_) calls_->remove(id_, *this);
    return true;
}

void RunningCall::stop() {
    timer_.cancel();
    signal_.emit(asio::cancellation_type::terminal);
}

void answer(Reply& reply, const Id& id, const RequestScope& scope, const Outcome& outcome) {
    auto& message = message_buffer();
    write_outcome(message, id, scope, outcome);
    reply.finish(message);
}

void answer(Reply& reply, const Id& id, const RequestScope& scope, const Answered& answered) {
    if (!answered) return reply.fail(id, answered.error());
    auto& message = message_buffer();
    write_answer(message, id, scope, *answered);
    reply.finish(message);
}

WireError broken(std::string_view what, std::exception_ptr thrown) {
    const auto id = random_id(6);
    std::string reason = "unknown";
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& exception) {
        reason = exception.what();
    } catch (...) {
        reason = "something that is no std::exception";
    }
    observe::log::error("a request broke", {{"request_id", id}, {"what", what}, {"reason", reason}});
    return internal_error(id);
}

}  // namespace flux::mcp
