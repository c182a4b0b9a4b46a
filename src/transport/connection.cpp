#include "transport/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

namespace flux::transport {

namespace {

/// Input that waits for an answer in progress: pipelined requests. Beyond it, the peer waits.
constexpr std::size_t max_kept = 64 * 1024;
/// What may still come after the last answer, and for how long.
constexpr std::size_t max_discarded = 4 << 20;
constexpr std::chrono::seconds linger_time{2};

/// Like async::as_result, but the operation lives in the frame that awaits it: no second coroutine for each wait, and
/// none that an idle connection holds.
constexpr auto in_place = asio::as_tuple(asio::deferred);

}  // namespace

Connection::Connection(Loop& loop, Socket socket)
    : loop_{loop}, socket_{std::move(socket)}, progress_at_{loop.now()}, closing_at_{loop.now()} {
    loop_.add(*this);
}

Connection::~Connection() { leave_loop(); }

void Connection::leave_loop() {
    if (std::exchange(listed_, false)) loop_.remove(*this);
}

async::Task<> Connection::serve(std::shared_ptr<Connection> self) {
    if (!self->kept_.empty() || !self->out_.empty()) self->resume();
    while (!self->closed_) {
        while (!self->closed_ && !self->wants_input()) {
            co_await self->woken().async_wait(async::as_result);
        }
        if (self->closed_) break;
        const auto [failed] = co_await self->socket_.async_wait(Socket::wait_read, in_place);
        if (failed || self->closed_ || !self->read_once()) break;
        if (self->handed_over_) co_return;
    }
    // A peer that only closed its half still gets the answers that wait for it.
    self->input_over_ = true;
    while (!self->closed_ && (self->unsent() > 0 || self->owes_answers())) {
        co_await self->woken().async_wait(async::as_result);
    }
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

// False: the connection is over.
bool Connection::read_once() {
    char* const window = loop_.window();
    const auto kept = kept_.size();
    if (kept > 0) std::memcpy(window, kept_.data(), kept);
    boost::system::error_code failed;
    const auto read = socket_.read_some(asio::buffer(window + kept, Loop::window_bytes - kept), failed);
    if (failed == asio::error::would_block) return true;
    if (failed) return false;
    if (closing_) {
        discarded_ += read;
        return discarded_ <= max_discarded;
    }
    handle(window, kept + read);
    return !closed_;
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
    flush();
}

void Connection::resume() {
    asio::post(loop_.executor(), [self = shared_from_this()] {
        if (self->closed_ || self->handed_over_) return;
        if (!self->kept_.empty() && !self->closing_) {
            const auto kept = self->kept_.size();
            char* const window = self->loop_.window();
            std::memcpy(window, self->kept_.data(), kept);
            self->handle(window, kept);
        } else {
            self->flush();
        }
        self->wake();
    });
}

std::string& Connection::out() { return out_; }

void Connection::flush_soon() {
    if (handling_ || flush_posted_ || closed_) return;
    flush_posted_ = true;
    asio::post(loop_.executor(), [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->flush();
    });
}

void Connection::flush() {
    if (closed_ || handed_over_ || write_waits_) return;
    while (sent_ < out_.size()) {
        boost::system::error_code failed;
        sent_ += socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), failed);
        if (failed == asio::error::would_block) {
            wait_writable();
            return;
        }
        if (failed) {
            cut();
            return;
        }
    }
    sent_ = 0;
    out_.clear();
    if (out_.capacity() > std::string{}.capacity()) loop_.give_output(std::exchange(out_, {}));
    if (closing_ && !shut_) {
        shut_ = true;
        closing_at_ = now();
        boost::system::error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
    }
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
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](boost::system::error_code failed) {
        self->write_waits_ = false;
        if (!failed) self->flush();
        self->wake();
    });
}

bool Connection::overrun() {
    if (unsent() <= loop_.limits().outbound_hard) return false;
    cut();
    return true;
}

async::Task<> Connection::wait_until_sent() {
    while (!closed_ && unsent() > 0) {
        co_await woken().async_wait(async::as_result);
    }
}

void Connection::wake() {
    if (waiting_) waiting_->cancel();
}

void Connection::close_when_sent() {
    if (closing_) return;
    closing_ = true;
    closing_at_ = now();
    flush_soon();
    wake();
}

void Connection::cut() {
    if (closed_ || handed_over_) return;
    closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
    wake();
}

void Connection::end() {
    if (ended_ || handed_over_) return;
    ended_ = true;
    cut();
    ended();
    leave_loop();
}

Connection::Handover Connection::hand_over() {
    handed_over_ = true;
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
