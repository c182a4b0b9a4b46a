#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "async/task.hpp"

namespace flux::transport {

/// Tells which of a loop's sockets can be read or written.
///
/// Asio would ask the kernel anew before each message (epoll_ctl), and keep an operation, a lock and a coroutine for
/// each socket that waits. Here a socket is registered once, in an epoll of the loop's own, and Asio watches that one
/// descriptor for all of them. What is not read stays ready (level-triggered).
///
/// Belongs to its executor's thread.
class Readiness : public std::enable_shared_from_this<Readiness> {
public:
    /// Who is told about a socket. A turn has three steps, and each is taken for all that are ready before the next: so
    /// the kernel's way in, our own code and the kernel's way out stay in the processor's caches one after the other,
    /// and a peer is woken for the first of its answers only. No step may throw.
    class Hearer {
    public:
        /// Reads what there is. `events` are EPOLLIN, EPOLLOUT, EPOLLHUP and EPOLLERR; the last two come unasked.
        /// False: there is no room for what others would read, before the other steps.
        virtual bool ready(std::uint32_t events) = 0;
        /// Takes up what it has read.
        virtual void answer_input() {}
        /// Sends what that led to.
        virtual void send_output() {}

    protected:
        ~Hearer() = default;
    };

    /// Throws std::system_error where there is no descriptor left.
    explicit Readiness(async::Executor executor);

    /// `events` as for epoll; 0 for nothing. False: the kernel has no room for one more.
    bool watch(int socket, std::uint32_t events, Hearer& hearer);
    void change(int socket, std::uint32_t events, Hearer& hearer);
    /// Before the socket is closed. Nothing is told to `hearer` from here on.
    void forget(int socket, const Hearer& hearer);

    /// Ends the watching, for good.
    void stop();

private:
    void wait();
    void tell();
    bool comes_soon(bool heard);
    void look_again();
    void take_steps(std::size_t begin, std::size_t end);

    asio::posix::basic_stream_descriptor<async::Executor> epoll_;
    std::array<epoll_event, 64> events_{};
    std::size_t count_ = 0;                           ///< of `events_`, while they are told
    std::chrono::steady_clock::time_point heard_at_;  ///< when the last batch was told
    bool looks_ = false;                              ///< for the next, instead of sleeping
    int left_out_ = 0;                                ///< how many looks, after the last one in vain
    int to_leave_out_ = 0;                            ///< how many of them are still to come
    bool waits_ = false;
    bool over_ = false;
};

}  // namespace flux::transport
