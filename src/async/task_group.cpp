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
    Timer emptied;  // never expires: cancelled when the last task has ended
};

TaskGroup::TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_failure)
    : state_{std::make_shared<State>(executor)} {
    state_->on_failure = std::move(on_failure);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::start(Task<> task, std::function<void()> on_end) {
    const auto entry = state_->running.emplace(state_->running.end());
    // The state is shared, so that a task which outlives the group's owner still ends in peace.
    auto ended = [state = state_, entry, on_end = std::move(on_end)](std::exception_ptr thrown) {
        if (thrown && state->on_failure) state->on_failure(thrown);
        if (on_end) on_end();
        state->running.erase(entry);
        if (state->running.empty()) state->emptied.cancel();
    };
    asio::co_spawn(state_->executor, std::move(task), asio::bind_cancellation_slot(entry->slot(), std::move(ended)));
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
    while (!state->running.empty()) {
        co_await state->emptied.async_wait(as_result);
    }
}

std::size_t TaskGroup::size() const { return state_->running.size(); }

}  // namespace flux::async
