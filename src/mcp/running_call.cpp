#include "mcp/running_call.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "mcp/asking.hpp"
#include "mcp/codec.hpp"
#include "mcp/outcome_json.hpp"
#include "mcp/tasks.hpp"
#include "observe/log.hpp"

namespace flux::mcp {

namespace {

/// Of one call, in which a client is asked for something.
constexpr int most_rounds = 8;
constexpr std::size_t request_id_bytes = 6;

}  // namespace

bool RunningCalls::add(const Id& id, const std::shared_ptr<RunningCall>& call) {
    const std::lock_guard lock{mutex_};
    const auto open = open_.edit();
    const bool added = open->calls.emplace(id.json, call).second;
    held_.store(open->calls.size(), std::memory_order_relaxed);
    return added;
}

void RunningCalls::remove(const Id& id, const RunningCall& call) {
    // What is let go of here may be the last of a call: not while the lock is held.
    std::shared_ptr<RunningCall> held;
    const std::lock_guard lock{mutex_};
    const auto open = open_.edit();
    const auto found = open->calls.find(id.json);
    if (found == open->calls.end()) return;
    held = found->second.lock();
    if (!held || held.get() == &call) open->calls.erase(found);
    held_.store(open->calls.size(), std::memory_order_relaxed);
}

void RunningCalls::forget_questions(const RunningCall& call) {
    std::vector<std::shared_ptr<RunningCall>> held;
    const std::lock_guard lock{mutex_};
    const auto open = open_.edit();
    for (auto question = open->questions.begin(); question != open->questions.end();) {
        const auto& asker = held.emplace_back(question->second.call.lock());
        question = !asker || asker.get() == &call ? open->questions.erase(question) : std::next(question);
    }
}

bool RunningCalls::holds(const Id& id) const {
    // Most connections wait for nothing while they ask. Who asks on two threads at once is told by `add`.
    if (held_.load(std::memory_order_relaxed) == 0) return false;
    const std::lock_guard lock{mutex_};
    return open_->calls.count(id.json) > 0;
}

std::size_t RunningCalls::size() const {
    const std::lock_guard lock{mutex_};
    return open_->calls.size();
}

std::size_t RunningCalls::owed() const {
    // What is let go of here may be the last of a call: not while the lock is held.
    std::vector<std::shared_ptr<RunningCall>> held;
    std::size_t count = 0;
    const std::lock_guard lock{mutex_};
    for (const auto& [id, weak] : open_->calls) {
        const auto& call = held.emplace_back(weak.lock());
        if (call && !call->is_listening()) ++count;
    }
    return count;
}

void RunningCalls::cancel(const Id& id) {
    std::shared_ptr<RunningCall> call;
    {
        const std::lock_guard lock{mutex_};
        const auto found = open_->calls.find(id.json);
        if (found != open_->calls.end()) call = found->second.lock();
    }
    if (!call) return;
    const auto executor = call->executor();
    asio::dispatch(executor, [call = std::move(call)] { call->cancel(); });
}

Id RunningCalls::expect(const std::shared_ptr<RunningCall>& call, std::string key) {
    const std::lock_guard lock{mutex_};
    // A text, so that it can never look like an id of the client's own counting.
    Id id{fmt::format("\"flux-{}\"", ++asked_)};
    open_.edit()->questions.emplace(id.json, Question{call, std::move(key)});
    return id;
}

void RunningCalls::answer(const Response& response) {
    Question question;
    {
        const std::lock_guard lock{mutex_};
        const auto open = open_.edit();
        const auto found = open->questions.find(response.id.json);
        if (found == open->questions.end()) return;
        question = std::move(found->second);
        open->questions.erase(found);
    }
    const auto call = question.call.lock();
    if (!call) return;
    auto take = [call, key = std::move(question.key), result = std::string{response.result.text()},
                 error = std::string{response.error.text()}] { call->take_input(key, result, error); };
    asio::dispatch(call->executor(), std::move(take));
}

void RunningCalls::give_up_questions(const WireError& error) {
    std::vector<std::shared_ptr<RunningCall>> calls;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, question] : open_->questions) {
            if (auto call = question.call.lock()) calls.push_back(std::move(call));
        }
    }
    for (auto& call : calls) {
        const auto executor = call->executor();
        asio::dispatch(executor, [call = std::move(call), error] { call->refuse(error); });
    }
}

void RunningCalls::cancel_all() { end_all(&RunningCall::cancel); }

void RunningCalls::close() { end_all(&RunningCall::leave); }

void RunningCalls::end_all(void (RunningCall::*end)()) {
    std::vector<std::shared_ptr<RunningCall>> calls;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, weak] : open_->calls) {
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
      timer_{executor_},
      digest_{std::move(site.digest)},
      desk_{std::move(site.desk)},
      tasks_{std::move(site.tasks)},
      round_{std::move(site.round)} {
    rules_.running->fetch_add(1, std::memory_order_relaxed);
}

RunningCall::~RunningCall() { rules_.running->fetch_sub(1, std::memory_order_relaxed); }

bool RunningCall::has_room(const Request& request, CallSite& site, const CallRules& rules) {
    if (!site.calls || site.calls->size() < rules.max_in_flight) return true;
    site.reply.fail(request.id,
                    wire_error({Errc::unavailable,
                                fmt::format("{} calls are in flight here, which is the most. Wait for one of them.",
                                            rules.max_in_flight),
                                "too_many_in_flight"}));
    return false;
}

void RunningCall::start(async::Task<Outcome> task) { run(std::move(task)); }

void RunningCall::start(async::Task<Answered> task) {
    is_tool_ = false;
    run(std::move(task));
}

template <class Value>
void RunningCall::run(async::Task<Value> task) {
    limit_until(deadline_);
    auto end = [self = shared_from_this()](std::exception_ptr thrown, const Value& value) {
        self->ended(std::move(thrown), value);
    };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(signal_.slot(), std::move(end)));
}

std::string_view RunningCall::request_id() const {
    if (request_id_.empty()) request_id_ = random_id(request_id_bytes);
    return request_id_;
}

void RunningCall::fail(std::exception_ptr thrown) {
    timer_.cancel();
    if (finish()) reply_.fail(id_, broken(what_, std::move(thrown), request_id()));
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
    if (over_) return;
    if (desk_) return desk_->tell(message);
    progress_.tell(reply_, done, total, message);
}

void RunningCall::ended(std::exception_ptr thrown, const Outcome& outcome) {
    timer_.cancel();
    if (thrown) return fail(std::move(thrown));
    if (outcome.needs) return ask(*outcome.needs);
    if (outcome.rest) return leave_rest(*outcome.rest);
    if (finish()) answer(reply_, id_, scope_, outcome);
}

void RunningCall::ended(std::exception_ptr thrown, const Answered& answered) {
    timer_.cancel();
    if (thrown) return fail(std::move(thrown));
    if (answered && answered->needs) return ask(*answered->needs);
    if (finish()) answer(reply_, id_, scope_, answered);
}

void RunningCall::ask(InputNeeded needed) {
    if (over_) return;
    if (digest_.empty()) return fail(std::make_exception_ptr(std::logic_error{"it asks, but isn't said to"}));
    if (const auto error = missing_ability(needed, scope_)) return refuse(*error);
    if (scope_.asks_in_results && !desk_) {
        if (!finish()) return;
        const auto sealed =
            needed.state.empty() ? std::string{} : rules_.states->seal(visitor_.principal, digest_, needed.state);
        auto& message = message_buffer();
        write_needed(message, id_, scope_, needed, sealed);
        reply_.finish(message);
        return;
    }
    if (!calls_ && !desk_)
        return refuse(invalid_request("This needs a session, because the client has to be asked something."));
    if (!desk_ && !reply_.takes_messages()) {
        return refuse(stream_needed("This needs an event stream, because the client has to be asked something."));
    }
    if (++rounds_ > most_rounds) return refuse(invalid_request("The client was asked too often for one call."));
    round_.state = std::move(needed.state);
    round_.inputs.clear();
    open_questions_ = needed.requests.size();
    if (needed.requests.empty()) return go_on();
    limit_until(std::chrono::steady_clock::now() + rules_.ask_limit, shared_from_this());
    if (desk_) return desk_->ask(needed.requests);
    for (auto& request : needed.requests) {
        const auto id = calls_->expect(shared_from_this(), request.key);
        auto& message = message_buffer();
        write_request(message, id, request);
        reply_.notify(message);
    }
}

void RunningCall::take_input(const std::string& key, std::string result, const std::string& error) {
    if (over_ || open_questions_ == 0) return;
    if (!error.empty()) {
        const auto reason = json::Raw{error}.member("message").string().value_or("no reason was given");
        return refuse(invalid_request(fmt::format("The client could not answer: {}", shortened(reason, 200))));
    }
    round_.inputs.emplace_back(key, std::move(result));
    if (--open_questions_ == 0) go_on();
}

void RunningCall::go_on() {
    deadline_ = std::chrono::steady_clock::now() + rules_.limit;
    // Not from here: what was called may still be on the stack.
    asio::post(executor_, [self = shared_from_this()] {
        if (!self->over_) self->enter();
    });
}

/// To a task, if there may be one; else it is done here, within the limit that the call has.
void RunningCall::leave_rest(Rest rest) {
    if (over_) return;
    if (!tasks_) return wait_out(std::move(rest));
    const CallSite site{scope_, visitor_, executor_, nullptr, reply_};
    auto hand_out = [self = shared_from_this(), rest](std::optional<Answer> created) {
        if (!created) return self->wait_out(rest);
        const Answered answered{*std::move(created)};
        if (self->finish()) answer(self->reply_, self->id_, self->scope_, answered);
    };
    tasks_->begin_kept(id_, what_, site, rules_, std::move(rest), std::move(hand_out));
}

void RunningCall::wait_out(Rest rest) {
    if (over_) return;
    // Not from here: what was called may still be on the stack.
    asio::post(executor_, [self = shared_from_this(), rest = std::move(rest)] {
        if (!self->over_) self->start(rest.run(self));
    });
}

void RunningCall::refuse(const WireError& error) {
    const auto self = shared_from_this();
    if (finish()) reply_.fail(id_, error);
    timer_.cancel();
}

void RunningCall::limit_until(std::chrono::steady_clock::time_point end, std::shared_ptr<RunningCall> keep) {
    timer_.expires_at(end);
    timer_.async_wait([weak = weak_from_this(), keep = std::move(keep)](boost::system::error_code error) {
        if (error) return;
        if (const auto self = weak.lock()) self->expire();
    });
}

void RunningCall::log(LogLevel level, std::string_view logger, std::string_view data) {
    if (!over_) tell_log(reply_, scope_, level, logger, data);
}

void RunningCall::let_poll() {
    if (!over_) reply_.release();
}

void RunningCall::expire() {
    if (!finish()) return;
    const auto message = fmt::format(
        "`{}` had no answer within {} s and was stopped.", what_,
        std::chrono::duration_cast<std::chrono::seconds>(open_questions_ > 0 ? rules_.ask_limit : rules_.limit)
            .count());
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
    if (calls_) {
        calls_->remove(id_, *this);
        if (open_questions_ > 0) calls_->forget_questions(*this);
    }
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
    if (answered->afterwards.empty()) return reply.finish(message);
    reply.finish(message, answered->afterwards);
}

std::optional<WireError> read_round(CallSite& site, std::string digest, json::Raw responses, json::Raw state,
                                    const CallRules& rules) {
    site.digest = std::move(digest);
    if (!site.scope.asks_in_results) return {};
    if (responses && !responses.is(json::Kind::object)) {
        return invalid_params("`params.inputResponses` has to be an object.");
    }
    site.round = read_inputs(responses);
    if (!state) return {};
    const auto sealed = state.string();
    if (!sealed) return invalid_params("`params.requestState` has to be a string.");
    auto opened = rules.states->open(site.visitor.principal, site.digest, *sealed);
    if (!opened) return invalid_params(opened.error().message);
    site.round.state = *std::move(opened);
    return {};
}

void tell_log(Reply& reply, const RequestScope& scope, LogLevel level, std::string_view logger, std::string_view data) {
    if (!scope.log_level || level < *scope.log_level || !reply.is_open() || reply.congested()) return;
    std::string params;
    json::Writer writer{params};
    writer.object().key("level").string(name_of(level));
    if (!logger.empty()) writer.key("logger").string(logger);
    writer.key("data").raw(data).end_object();
    auto& text = message_buffer();
    write_notification(text, "notifications/message", params);
    reply.notify(text);
}

WireError broken(std::string_view what, std::exception_ptr thrown) {
    return broken(what, std::move(thrown), random_id(request_id_bytes));
}

WireError broken(std::string_view what, std::exception_ptr thrown, std::string_view request_id) {
    std::string reason = "unknown";
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& exception) {
        reason = exception.what();
    } catch (...) {
        reason = "something that is no std::exception";
    }
    observe::log::error("a request broke", {{"request_id", request_id}, {"what", what}, {"reason", reason}});
    return internal_error(request_id);
}

}  // namespace flux::mcp
