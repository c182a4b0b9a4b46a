#include "transport/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/detail/socket_option.hpp>
#include <cerrno>
#include <memory>
#include <utility>

#include "async/timer.hpp"
#include "base/file_descriptor.hpp"
#include "observe/log.hpp"
#include "transport/http_connection.hpp"

namespace flux::transport {

namespace {

using Tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4096;
/// Accepted in one go, so that a storm of connections doesn't starve those that are there.
constexpr int accepts_a_turn = 64;
/// While the process is out of descriptors: the queue stays readable, so waiting for it would be a busy loop.
constexpr std::chrono::milliseconds rest_time{100};

Error listen_error(const Tcp::endpoint& endpoint, const boost::system::error_code& failed) {
    return {
        Errc::unavailable,
        fmt::format("Cannot listen on {}:{}: {}.", endpoint.address().to_string(), endpoint.port(), failed.message()),
        "listen_failed",
        {}};
}

bool is_exhaustion(const boost::system::error_code& failed) {
    return failed == asio::error::no_descriptors || failed == asio::error::no_buffer_space ||
           failed == asio::error::no_memory || failed == boost::system::errc::too_many_files_open_in_system;
}

/// The next that waits, or none: `failed` says why.
FileDescriptor accept_from(Acceptor& acceptor, Tcp::endpoint& peer, boost::system::error_code& failed) {
    auto size = static_cast<socklen_t>(peer.capacity());
    FileDescriptor socket{::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (socket) {
        peer.resize(size);
    } else {
        failed = {errno, boost::system::system_category()};
    }
    return socket;
}

void welcome(FileDescriptor socket, const Tcp::endpoint& peer, Loop& loop, const HttpSite& site,
             ConnectionCounts& counts) {
    auto place = counts.take(peer.address());
    // No place: closed without a word. A word would cost what the limit is there to keep.
    if (!place) return;
    constexpr int on = 1;
    if (::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) return;
    auto connection =
        std::make_shared<HttpConnection>(loop, std::move(socket), site, std::move(*place), peer.address().to_string());
    loop.serve(std::move(connection));
}

}  // namespace

Result<Tcp::endpoint> endpoint_of(const std::string& host, std::uint16_t port) {
    if (host == "localhost") return Tcp::endpoint{asio::ip::address_v4::loopback(), port};
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(host, failed);
    if (failed) {
        return fail(Errc::invalid_argument,
                    fmt::format("`{}` is no address to listen on. Use one like 127.0.0.1, ::1 or 0.0.0.0.", host));
    }
    return Tcp::endpoint{address, port};
}

Result<Tcp::endpoint> claim(Tcp::endpoint endpoint, const std::string& setting) {
    asio::io_context context{1};
    Acceptor probe{context.get_executor()};
    boost::system::error_code failed;
    probe.open(endpoint.protocol(), failed);
    if (!failed) probe.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) probe.bind(endpoint, failed);
    if (!failed) probe.listen(1, failed);
    if (failed == asio::error::address_in_use) {
        return fail(Errc::conflict,
                    fmt::format("Port {} on {} is taken by another program. Stop it, or set {} to a free port.",
                                endpoint.port(), endpoint.address().to_string(), setting),
                    "port_taken");
    }
    if (failed) return fail(listen_error(endpoint, failed));
    return probe.local_endpoint();
}

Result<Acceptor> listen_on(async::Executor executor, const Tcp::endpoint& endpoint) {
    Acceptor acceptor{executor};
    boost::system::error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.set_option(ReusePort(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(backlog, failed);
    if (!failed) acceptor.non_blocking(true, failed);
    if (failed) return fail(listen_error(endpoint, failed));
    return acceptor;
}

async::Task<> accept_all(Acceptor& acceptor, Loop& loop, const HttpSite& site, ConnectionCounts& counts) {
    while (acceptor.is_open()) {
        const auto [failed] = co_await acceptor.async_wait(Acceptor::wait_read, async::as_result);
        if (failed) co_return;
        for (int i = 0; i < accepts_a_turn && acceptor.is_open(); ++i) {
            Tcp::endpoint peer;
            boost::system::error_code refused;
            auto socket = accept_from(acceptor, peer, refused);
            if (refused == asio::error::would_block) break;
            if (!refused) {
                welcome(std::move(socket), peer, loop, site, counts);
            } else if (is_exhaustion(refused)) {
                observe::log::warning("cannot accept connections", {{"error", refused.message()}});
                co_await async::sleep_for(rest_time);
                break;
            }
            // Anything else is the end of that one connection, before it began.
        }
    }
}

}  // namespace flux::transport
