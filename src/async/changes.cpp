#include "async/changes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <list>
#include <mutex>
#include <utility>

#include "async/timer.hpp"

namespace flux::async {

struct Changes::State {
    // Each waiter sleeps on a timer of its own executor; a change posts the timer's cancellation there.
    struct Waiter {
        explicit Waiter(Executor executor) : timer{executor} {}
        Timer timer;
        bool listed = false;
        std::list<std::shared_ptr<Waiter>>::iterator place = {};  ///< while it is listed
    };

    /// Takes a waiter off the list also when its task is destroyed where it waits, with its executor: a timer may not
    /// outlive the executor, and the changes may.
    struct Listed {
        Listed(std::shared_ptr<State> of, std::shared_ptr<Waiter> one) : state{std::move(of)}, waiter{std::move(one)} {}
        Listed(const Listed&) = delete;
        Listed& operator=(const Listed&) = delete;
        ~Listed() {
            const std::lock_guard lock{state->mutex};
            if (std::exchange(waiter->listed, false)) state->waiters.erase(waiter->place);
        }
        std::shared_ptr<State> state;
        std::shared_ptr<Waiter> waiter;
    };

    mutable std::mutex mutex;
    std::uint64_t version = 0;
    std::list<std::shared_ptr<Waiter>> waiters;
};

Changes::Changes() : state_{std::make_shared<State>()} {}
Changes::~Changes() = default;

std::uint64_t Changes::version() const {
    const std::lock_guard lock{state_->mutex};
    return state_->version;
}

void Changes::bump() {
    // All of it under the lock, which a task takes before it lets go of its waiter: an executor is there for as long as
    // it is posted to, and nothing of a waiter is left here that could outlive it.
    const std::lock_guard lock{state_->mutex};
    ++state_->version;
    for (auto& waiter : state_->waiters) {
        waiter->listed = false;
        const auto executor = waiter->timer.get_executor();
        asio::post(executor, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
    }
    state_->waiters.clear();
}

Task<bool> Changes::wait_beyond(std::uint64_t seen, std::chrono::steady_clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto state = state_;
    const auto waiter = std::make_shared<State::Waiter>(executor);
    {
        const std::lock_guard lock{state->mutex};
        if (state->version > seen) co_return true;
        waiter->place = state->waiters.insert(state->waiters.end(), waiter);
        waiter->listed = true;
    }
    const State::Listed listed{state, waiter};
    waiter->timer.expires_at(deadline);
    co_await waiter->timer.async_wait(as_result);
    {
        const std::lock_guard lock{state->mutex};
        if (state->version > seen) co_return true;
    }
    // Neither changed nor woken: either the time is up or the task was cancelled, and then this throws.
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) {
        throw boost::system::system_error{asio::error::operation_aborted};
    }
    co_return false;
}

}  // namespace flux::async
