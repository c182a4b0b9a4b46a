#include "transport/loop.hpp"

#include <exception>
#include <utility>

#include "observe/log.hpp"
#include "transport/connection.hpp"

namespace flux::transport {

namespace {

/// Of an output buffer that is lent again, and of all of them.
constexpr std::size_t spare_output_bytes = 64 * 1024;
constexpr std::size_t all_spare_bytes = 256 * 1024;

}  // namespace

Loop::Loop(async::Executor executor, const HttpLimits& limits)
    : executor_{executor},
      limits_{limits},
      tasks_{executor, report},
      readiness_{std::make_shared<Readiness>(executor)},
      ticker_{executor},
      now_{std::chrono::steady_clock::now()} {}

Loop::~Loop() {
    // Only where the thread ended before they did.
    while (first_ != nullptr) {
        auto& connection = *first_;
        const auto last = std::move(connection.self_);
        connection.leave_loop();
    }
}

// The net under a connection: it ends, the others live.
void Loop::report(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& failed) {
        if (failed.code() != asio::error::operation_aborted) {
            observe::log::error("a connection failed", {{"error", failed.what()}});
        }
    } catch (const std::exception& failed) {
        observe::log::error("a connection failed", {{"error", failed.what()}});
    }
}

std::string Loop::take_output() {
    if (outputs_.empty()) return {};
    auto buffer = std::move(outputs_.back());
    outputs_.pop_back();
    output_bytes_ -= buffer.capacity();
    return buffer;
}

void Loop::give_output(std::string buffer) {
    if (buffer.capacity() > spare_output_bytes || buffer.capacity() > all_spare_bytes - output_bytes_) return;
    buffer.clear();
    output_bytes_ += buffer.capacity();
    outputs_.push_back(std::move(buffer));
}

void Loop::serve(std::shared_ptr<Connection> connection) {
    connection->serve();
    if (draining_) connection->drain();
}

void Loop::add(Connection& connection) {
    connection.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &connection;
    first_ = &connection;
    ++connections_;
}

void Loop::remove(Connection& connection) {
    if (connection.previous_ != nullptr) connection.previous_->next_ = connection.next_;
    if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
    if (first_ == &connection) first_ = connection.next_;
    --connections_;
}

template <class Visit>
void Loop::each(Visit visit) {
    for (Connection* at = first_; at != nullptr;) {
        // What is visited may end, and those that it lets go of with it: hold it, and only then look for the next.
        const auto held = at->weak_from_this().lock();
        if (held) visit(*held);
        at = at->next_;
    }
}

void Loop::start() { tick_later(); }

void Loop::tick_later() {
    ticker_.expires_after(limits_.tick);
    ticker_.async_wait([this](boost::system::error_code failed) {
        if (!failed && !over_) tick();
    });
}

void Loop::tick() {
    now_ = std::chrono::steady_clock::now();
    each([](Connection& connection) { connection.tick(); });
    tick_later();
}

void Loop::drain() {
    draining_ = true;
    each([](Connection& connection) { connection.drain(); });
}

bool Loop::drained() const {
    for (const Connection* at = first_; at != nullptr; at = at->next_) {
        if (at->delays_end()) return false;
    }
    return true;
}

void Loop::cut() {
    over_ = true;
    draining_ = true;
    ticker_.cancel();
    each([](Connection& connection) { connection.cut(); });
    readiness_->stop();
    tasks_.cancel();
}

}  // namespace flux::transport
