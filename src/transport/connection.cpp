#include "transport/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace flux::transport {

namespace {

/// Input that waits for an answer in progress: pipelined requests. Beyond it, the peer waits.
constexpr std::size_t max_kept = 64 * 1024;
static_assert(max_kept < InputWindow::least_room, "who is read from has to find room for more than what it kept");
/// Answers that wait until all that were ready together have been heard.
constexpr std::size_t max_put_off = 64 * 1024;
/// What may still come after the last answer, and for how long.
constexpr std::size_t max_discarded = 4 << 20;
constexpr std::chrono::seconds linger_time{2};

}  // namespace

Connection::Connection(Loop& loop, FileDescriptor socket)
    : loop_{loop}, socket_{std::move(socket)}, progress_at_{loop.now()}, closing_at_{loop.now()} {
    loop_.add(*this);
}

Connection::~Connection() { leave_loop(); }

void Connection::leave_loop() {
    if (std::exchange(listed_, false)) loop_.remove(*this);
}

void Connection::serve() {
    self_ = shared_from_this();
    watched_ = EPOLLIN;
    if (!loop_.readiness().watch(socket_.get(), watched_, *this)) {
        cut();
        return;
    }
    if (!kept_.empty() || !out_.empty()) resume();
}

bool Connection::ready(std::uint32_t events) {
    guarded([&] {
        if ((events & EPOLLOUT) != 0 && std::exchange(write_waits_, false)) flush();
        const bool has_input = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        if (has_input && !closed_ && !input_over_ && wants_input()) {
            input_over_ = !receive();
        } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
            // Nothing can be sent any more, and this would be told again and again.
            cut();
        }
        if (input_.empty()) wake();
    });
    return loop_.window().has_room();
}

void Connection::answer_input() {
    if (input_.empty()) return;
    guarded([&] {
        const auto input = std::move(input_);
        // It may have been closed since, by another's message.
        if (closing_) return wake();
        handle(input.bytes().data(), input.bytes().size());
        if (handed_over_) return;
        flush_put_off_ = !write_waits_ && unsent() <= max_put_off;
        if (flush_put_off_) return;
        flush();
        wake();
    });
    if (handed_over_) {
        const auto last = std::move(self_);
    }
}

void Connection::send_output() {
    if (flush_put_off_) guarded([&] { flush(); });
}

template <class Step>
void Connection::guarded(Step step) {
    try {
        step();
    } catch (...) {
        loop_.report(std::current_exception());
        cut();
    }
}

/// Has the loop tell what matters now.
void Connection::watch() {
    if (closed_ || handed_over_ || !self_) return;
    std::uint32_t events = write_waits_ ? EPOLLOUT : 0U;
    if (!input_over_ && wants_input()) events |= EPOLLIN;
    if (events == watched_) return;
    watched_ = events;
    loop_.readiness().change(socket_.get(), events, *this);
}

async::Timer& Connection::woken() {
    // It never expires: `wake` cancels the waits on it, and leaves it ready for the next.
    if (!waiting_) waiting_ = std::make_unique<async::Timer>(loop_.executor(), async::Timer::time_point::max());
    return *waiting_;
}

bool Connection::wants_input() const {
    if (closing_) return true;
    return unsent() < loop_.limits().outbound_soft && kept_.size() < max_kept;
}

// False: the peer says no more.
bool Connection::receive() {
    // Only after a step that threw: what was read is taken up first.
    if (!input_.empty()) return true;
    const auto room = loop_.window().room();
    // Behind the last answer nothing is put together any more, so it doesn't matter how much is kept.
    const auto kept = closing_ ? 0 : kept_.size();
    if (kept > 0) std::memcpy(room.data(), kept_.data(), kept);
    const auto got = ::recv(socket_.get(), room.data() + kept, room.size() - kept, 0);
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0) return false;
    const auto read = static_cast<std::size_t>(got);
    if (closing_) {
        discarded_ += read;
        return discarded_ <= max_discarded;
    }
    input_ = loop_.window().claim(kept + read);
    return true;
}

void Connection::handle(char* data, std::size_t size) {
    if (out_.empty()) out_ = loop_.take_output();
    handling_ = true;
    const auto used = consume(data, size);
    handling_ = false;
    if (handed_over_) return;
    if (used < size && !closing_) {
        kept_.assign(data + used, size - used);
    } else if (!kept_.empty()) {
        kept_ = {};
    }
}

void Connection::resume() {
    asio::post(loop_.executor(), [self = shared_from_this()] {
        self->guarded([&] { self->handle_kept(); });
        if (self->handed_over_) self->self_.reset();
    });
}

void Connection::handle_kept() {
    held_up_ = false;
    if (closed_ || handed_over_) return;
    if (!kept_.empty() && !closing_) {
        const auto kept = kept_.size();
        const auto input = loop_.window().claim(kept);
        std::memcpy(input.bytes().data(), kept_.data(), kept);
        handle(input.bytes().data(), kept);
    }
    flush();
    wake();
}

std::string& Connection::out() { return out_; }

void Connection::flush_soon() {
    if (handling_ || flush_posted_ || closed_) return;
    flush_posted_ = true;
    asio::post(loop_.executor(), [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->guarded([&] { self->flush(); });
    });
}

void Connection::flush() {
    flush_put_off_ = false;
    if (closed_ || handed_over_ || write_waits_) return;
    while (sent_ < out_.size()) {
        const auto took = ::send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
        if (took >= 0) {
            sent_ += static_cast<std::size_t>(took);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_writable();
            return;
        } else if (errno != EINTR) {
            cut();
            return;
        }
    }
    sent_ = 0;
    too_much_ = false;
    out_.clear();
    if (out_.capacity() > std::string{}.capacity()) loop_.give_output(std::exchange(out_, {}));
    if (closing_ && !shut_) {
        shut_ = true;
        closing_at_ = now();
        ::shutdown(socket_.get(), SHUT_WR);
    }
    if (held_up_) resume();
    wake();
    drained();
}

void Connection::wait_writable() {
    // What has been sent is dropped now and then, not at each turn: it means moving what is left.
    if (sent_ > loop_.limits().outbound_soft) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
    write_waits_ = true;
    progress_at_ = now();
    watch();
}

bool Connection::must_wait() {
    if (unsent() <= loop_.limits().outbound_soft) return false;
    // Whoever reads as fast as it asks is not kept waiting.
    flush();
    held_up_ = unsent() > loop_.limits().outbound_soft;
    return held_up_;
}

bool Connection::overrun() {
    if (unsent() > loop_.limits().outbound_hard) flush();
    const bool before = std::exchange(too_much_, unsent() > loop_.limits().outbound_hard);
    return before && too_much_;
}

async::Task<> Connection::wait_until_sent() {
    while (!closed_ && unsent() > 0) {
        co_await woken().async_wait(async::as_result);
    }
}

void Connection::wake() {
    if (waiting_) waiting_->cancel();
    if (is_over()) end_soon();
    watch();
}

/// A peer that only closed its half still gets the answers that wait for it.
bool Connection::is_over() const { return closed_ || (input_over_ && unsent() == 0 && !held_up_ && !owes_answers()); }

// Not here: whoever called is in the middle of something.
void Connection::end_soon() {
    if (!self_ || std::exchange(end_posted_, true)) return;
    asio::post(loop_.executor(), [self = self_] {
        self->end_posted_ = false;
        if (self->is_over()) self->end();
    });
}

void Connection::close_when_sent() {
    if (closing_) return;
    closing_ = true;
    kept_ = {};
    closing_at_ = now();
    flush_soon();
    wake();
}

void Connection::cut() {
    if (closed_ || handed_over_) return;
    closed_ = true;
    input_ = {};
    loop_.readiness().forget(socket_.get(), *this);
    socket_.close();
    wake();
}

void Connection::end() {
    if (ended_ || handed_over_) return;
    ended_ = true;
    cut();
    ended();
    leave_loop();
    self_.reset();
}

Connection::Handover Connection::hand_over() {
    handed_over_ = true;
    loop_.readiness().forget(socket_.get(), *this);
    leave_loop();
    return {std::move(socket_), std::exchange(out_, {})};
}

void Connection::take_over(std::string out, std::string input) {
    out_ = std::move(out);
    kept_ = std::move(input);
}

void Connection::tick() {
    if (closed_) return;
    if (write_waits_ && now() - progress_at_ > loop_.limits().write_time) {
        cut();
        return;
    }
    if (shut_ && now() - closing_at_ > linger_time) cut();
}

}  // namespace flux::transport
