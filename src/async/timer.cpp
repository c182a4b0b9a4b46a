#include "async/timer.hpp"

#include <boost/asio/this_coro.hpp>

namespace flux::async {

Task<> sleep_for(std::chrono::nanoseconds time) {
    const auto executor = co_await asio::this_coro::executor;
    Timer timer{executor, std::chrono::duration_cast<Timer::duration>(time)};
    co_await timer.async_wait(awaiting);
}

}  // namespace flux::async
