#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <list>
#include <utility>
#include "async/timer.hpp"

namespace flux::async {

struct TaskGroup::State {
    explicit State(Executor where) : executor{where}, emptied{where, Timer::time_point::max()} {}

    Executor executor;
    std::function<void(std::exception_ptr)> on_failure;
    std::list<asio::cancellation_signal> running;
    std::size_t unasked = 0;  // those that run without a signal
    Timer emptied;            // never expires: cancelled when the last task has ended

    std::size_t size() const { return running.size() + unasked; }

    /// What is done when a task has ended; `leave` takes it out. Shares the state, so that a task which outlives the
    /// group's owner still ends in peace.
    template <class Leave>
    static auto ending(std::shared_ptr<State> state, std::function<void()> on_end, Leave leave) {
        return [state = std::move(state), on_end = std::move(on_end), leave](std::exception_ptr thrown) {
            if (thrown && state->on_failure) state->on_failure(thrown);
            if (on_end) on_end();
            leave(*state);
            if (state->size() == 0) state->emptied.cancel();
        };
    }
};

TaskGroup::TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_failure)
    : state_{std::make_shared<State>(executor)} {
    state_->on_failure = std::move(on_failure);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::start(Task<> task, std::function<void()> on_end) {
    const auto entry = state_->running.emplace(state_->running.end());
    auto ended = State::ending(state_, std::move(on_end), [entry](State& state) { state.running.erase(entry); });
    asio::co_spawn(state_->executor, std::move(task), asio::bind_cancellation_slot(entry->slot(), std::move(ended)));
}

void TaskGroup::start_unasked(Task<> task, std::function<void()> on_end) {
    ++state_->unasked;
    auto ended = State::ending(state_, std::move(on_end), [](State& state) { --state.unasked; });
    asio::co_spawn(state_->executor, std::move(task), std::move(ended));
}

void TaskGroup::cancel() {
    // A task may end while it is being told, and take its entry with it.
    for (auto entry = state_->running.begin(); entry != state_->running.end();) {
        auto& signal = *entry++;
        signal.emit(asio::cancellation_type::terminal);
    }
}

Task<> TaskGroup::wait() {
    const auto state = state_;
    while (state->size() > 0) {
        co_await state->emptied.async_wait(as_result);
    }
}

std::size_t TaskGroup::size() const { return state_->size(); }

}  // namespace flux::async
