#include "transport/readiness.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace flux::transport {

namespace {

/// Batches that are told before others on the thread have their turn.
constexpr int batches_a_turn = 8;

/// What follows within this time follows soon, and how long it is looked for before this thread sleeps.
constexpr std::chrono::microseconds soon{100};
constexpr std::chrono::microseconds patience{50};

/// How many looks are left out at most, after several in vain.
constexpr int most_left_out = 63;

int new_epoll() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error{errno, std::system_category(), "epoll_create1"};
    return descriptor;
}

}  // namespace

Readiness::Readiness(async::Executor executor) : epoll_{executor, new_epoll()} {}

bool Readiness::watch(int socket, std::uint32_t events, Hearer& hearer) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &hearer;
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) != 0) return false;
    wait();
    return true;
}

void Readiness::change(int socket, std::uint32_t events, Hearer& hearer) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &hearer;
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket, &event);
}

void Readiness::forget(int socket, const Hearer& hearer) {
    epoll_event none{};
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, &none);
    // It may be further on in the batch at hand.
    for (std::size_t i = 0; i < count_; ++i) {
        if (events_[i].data.ptr == &hearer) events_[i].data.ptr = nullptr;
    }
}

void Readiness::stop() {
    over_ = true;
    boost::system::error_code ignored;
    epoll_.cancel(ignored);
}

void Readiness::wait() {
    if (waits_ || over_) return;
    epoll_.async_wait(asio::posix::descriptor_base::wait_read,
                      [self = shared_from_this()](boost::system::error_code failed) {
                          self->waits_ = false;
                          if (!failed && !self->over_) self->tell();
                      });
    waits_ = true;
}

void Readiness::tell() {
    bool heard = false;
    for (int batch = 0; batch < batches_a_turn; ++batch) {
        const int found = ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
        if (found <= 0) break;
        heard = true;
        count_ = static_cast<std::size_t>(found);
        std::size_t begin = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const auto& event = events_[i];
            if (event.data.ptr == nullptr || static_cast<Hearer*>(event.data.ptr)->ready(event.events)) continue;
            take_steps(begin, i + 1);
            begin = i + 1;
        }
        take_steps(begin, count_);
        count_ = 0;
        // Where one comes at a time, the next isn't there yet.
        if (found == 1) break;
    }
    if (comes_soon(heard)) {
        look_again();
    } else {
        wait();
    }
}

/// Whether to look again instead of sleeping: peers that ask again as soon as they are answered do so before this
/// thread would be asleep, and waking it takes longer than answering. Where that turns out to be in vain, because they
/// take their time or can't run meanwhile, it is done the more seldom the more often it was.
bool Readiness::comes_soon(bool heard) {
    const auto now = std::chrono::steady_clock::now();
    if (heard) {
        if (looks_) left_out_ = 0;
        const bool quick = now - heard_at_ < soon;
        heard_at_ = now;
        if (!looks_ && quick && to_leave_out_ > 0) {
            --to_leave_out_;
        } else {
            looks_ = quick;
        }
    } else if (looks_ && now - heard_at_ > patience) {
        looks_ = false;
        left_out_ = std::min(2 * left_out_ + 1, most_left_out);
        to_leave_out_ = left_out_;
    }
    return looks_;
}

void Readiness::look_again() {
    if (waits_ || over_) return;
    // By way of the executor: whatever else is due has its turn in between.
    asio::post(epoll_.get_executor(), [self = shared_from_this()] {
        self->waits_ = false;
        if (!self->over_) self->tell();
    });
    waits_ = true;
}

/// The second and the third, for the hearers from `begin` to `end` in the batch. Each step may forget others.
void Readiness::take_steps(std::size_t begin, std::size_t end) {
    for (const auto step : {&Hearer::answer_input, &Hearer::send_output}) {
        for (auto i = begin; i < end; ++i) {
            if (events_[i].data.ptr != nullptr) (static_cast<Hearer*>(events_[i].data.ptr)->*step)();
        }
    }
}

}  // namespace flux::transport
