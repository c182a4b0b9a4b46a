#include "transport/descriptor_pump.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "async/timer.hpp"

namespace flux::transport {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
/// What a pipe that is ready takes without blocking (PIPE_BUF).
constexpr std::size_t write_bytes = 4096;

// Signals are for the thread that waits for them, and a reader that has gone is an error code, not a death.
void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

struct DescriptorPump::State : std::enable_shared_from_this<State> {
    State(async::Executor where, int in, int out)
        : executor{where},
          input{in},
          output{out},
          stop{::eventfd(0, EFD_CLOEXEC)},
          arrived{where, async::Timer::time_point::max()},
          sent{where, async::Timer::time_point::max()} {
        if (stop < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
    }
    ~State() { ::close(stop); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// False: stop.
    bool ready(int descriptor, short events) const {
        pollfd waits[2] = {{descriptor, events, 0}, {stop, POLLIN, 0}};
        for (;;) {
            if (::poll(waits, 2, -1) < 0 && errno != EINTR) return false;
            if (waits[1].revents != 0) return false;
            if (waits[0].revents != 0) return true;
        }
    }

    void read_all() {
        block_signals();
        for (bool more = true; more && ready(input, POLLIN);) {
            std::string piece(read_bytes, '\0');
            ssize_t got = 0;
            do {
                got = ::read(input, piece.data(), piece.size());
            } while (got < 0 && errno == EINTR);
            if (got < 0 && errno == EAGAIN) continue;
            more = got > 0;
            piece.resize(more ? static_cast<std::size_t>(got) : 0);
            std::unique_lock lock{mutex};
            taken.wait(lock, [this] { return !read_ahead || stopping; });
            if (stopping) return;
            read_ahead = true;
            asio::post(executor, [self = shared_from_this(), piece = std::move(piece)]() mutable {
                self->arrival = std::move(piece);
                self->arrived.cancel();
            });
        }
    }

    void write_all() {
        block_signals();
        std::string batch;
        for (;;) {
            {
                std::unique_lock lock{mutex};
                queued.wait(lock, [this] { return !outbound.empty() || stopping; });
                if (stopping) return;
                batch.swap(outbound);
            }
            if (!write_batch(batch)) {
                is_broken = true;
                is_unsent = 0;
            }
            batch.clear();
            asio::post(executor, [self = shared_from_this()] { self->sent.cancel(); });
            if (is_broken) return;
        }
    }

    bool write_batch(std::string_view bytes) {
        while (!bytes.empty()) {
            if (!ready(output, POLLOUT)) return false;
            const auto wrote = ::write(output, bytes.data(), std::min(bytes.size(), write_bytes));
            if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (wrote < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(wrote));
            is_unsent -= static_cast<std::size_t>(wrote);
        }
        return true;
    }

    void end() {
        {
            const std::lock_guard lock{mutex};
            stopping = true;
        }
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto told = ::write(stop, &one, sizeof one);
        taken.notify_all();
        queued.notify_all();
        reader.join();
        writer.join();
    }

    async::Executor executor;
    const int input;
    const int output;
    const int stop;  ///< an eventfd that wakes both threads from their polls

    std::mutex mutex;
    std::condition_variable taken;
    std::condition_variable queued;
    std::string outbound;
    bool read_ahead = false;  ///< a piece is on its way to, or waits on, the executor
    bool stopping = false;
    std::atomic<std::size_t> is_unsent = 0;
    std::atomic<bool> is_broken = false;

    std::optional<std::string> arrival;  ///< of the executor's thread, like the timers
    async::Timer arrived;
    async::Timer sent;
    std::thread reader;
    std::thread writer;
};

DescriptorPump::DescriptorPump(async::Executor executor, int input, int output)
    : state_{std::make_shared<State>(executor, input, output)} {
    state_->reader = std::thread{[state = state_.get()] { state->read_all(); }};
    state_->writer = std::thread{[state = state_.get()] { state->write_all(); }};
}

DescriptorPump::~DescriptorPump() { state_->end(); }

async::Task<std::string> DescriptorPump::read() {
    const auto state = state_;
    while (!state->arrival) co_await state->arrived.async_wait(async::as_result);
    auto piece = std::move(*state->arrival);
    state->arrival.reset();
    if (piece.empty()) {
        // The end is final: whoever asks again hears it again.
        state->arrival.emplace();
        co_return piece;
    }
    {
        const std::lock_guard lock{state->mutex};
        state->read_ahead = false;
    }
    state->taken.notify_one();
    co_return piece;
}

void DescriptorPump::write(std::string_view bytes) {
    if (state_->is_broken) return;
    state_->is_unsent += bytes.size();
    {
        const std::lock_guard lock{state_->mutex};
        state_->outbound += bytes;
    }
    state_->queued.notify_one();
}

std::size_t DescriptorPump::unsent() const { return state_->is_unsent; }

bool DescriptorPump::broken() const { return state_->is_broken; }

async::Task<> DescriptorPump::wait_until_sent(std::size_t bytes) {
    const auto state = state_;
    while (!state->is_broken && state->is_unsent > bytes) co_await state->sent.async_wait(async::as_result);
}

}  // namespace flux::transport
