#include "transport/local_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <system_error>
#include <utility>

#include "async/timer.hpp"
#include "observe/log.hpp"
#include "transport/local_connection.hpp"
#include "transport/loop.hpp"

namespace flux::transport {

namespace {

using Local = asio::local::stream_protocol;
using LocalAcceptor = asio::basic_socket_acceptor<Local, async::Executor>;

constexpr std::size_t max_path_bytes = 107;  // of sockaddr_un, without its NUL
constexpr std::chrono::milliseconds rest_time{100};
constexpr std::chrono::milliseconds drain_step{20};

bool is_own_user(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

bool answers(const Local::endpoint& endpoint) {
    asio::io_context context{1};
    asio::basic_stream_socket<Local, async::Executor> probe{context.get_executor()};
    boost::system::error_code failed;
    probe.connect(endpoint, failed);
    return !failed;
}

HttpLimits limits_with(std::size_t message_bytes) {
    HttpLimits limits;
    limits.message_bytes = message_bytes;
    return limits;
}

}  // namespace

struct LocalSocket::Parts {
    Parts(async::Executor executor, std::filesystem::path where, mcp::Server& served, Visitors asked,
          std::size_t message_bytes)
        : path{std::move(where)},
          server{served},
          visitors{std::move(asked)},
          loop{executor, limits_with(message_bytes)},
          acceptor{executor} {}

    static async::Task<> accept_all(std::shared_ptr<Parts> parts) {
        while (parts->acceptor.is_open()) {
            asio::basic_stream_socket<Local, async::Executor> socket{parts->loop.executor()};
            const auto [failed] = co_await parts->acceptor.async_accept(socket, async::as_result);
            if (failed == asio::error::operation_aborted || !parts->acceptor.is_open()) co_return;
            if (failed) {
                observe::log::warning("cannot accept at the local socket", {{"error", failed.message()}});
                co_await async::sleep_for(rest_time);
                continue;
            }
            boost::system::error_code refused;
            socket.non_blocking(true, refused);
            if (refused || !is_own_user(socket.native_handle())) continue;
            auto connection = std::make_shared<LocalConnection>(parts->loop, FileDescriptor{socket.release()},
                                                                parts->server, parts->visitors);
            parts->loop.serve(std::move(connection));
        }
    }

    void stop_accepting() {
        if (!acceptor.is_open()) return;
        boost::system::error_code ignored;
        acceptor.close(ignored);
        std::error_code gone;
        std::filesystem::remove(path, gone);
    }

    std::filesystem::path path;
    mcp::Server& server;
    Visitors visitors;
    Loop loop;
    LocalAcceptor acceptor;
};

LocalSocket::LocalSocket(async::Executor executor, std::filesystem::path path, mcp::Server& server, Visitors visitors,
                         std::size_t message_bytes)
    : parts_{std::make_shared<Parts>(executor, std::move(path), server, std::move(visitors), message_bytes)} {}

LocalSocket::~LocalSocket() { parts_->stop_accepting(); }

Result<void> LocalSocket::start() {
    auto& parts = *parts_;
    const auto name = parts.path.string();
    if (name.size() > max_path_bytes) {
        return fail(Errc::invalid_argument,
                    fmt::format("The state folder's path is too long for a socket in it ({} of {} bytes). Choose a "
                                "shorter FLUX_STATE_DIR.",
                                name.size(), max_path_bytes));
    }
    const Local::endpoint endpoint{name};
    if (answers(endpoint)) {
        return fail(Errc::conflict, "Another server owns this state folder. Stop it, or choose another FLUX_STATE_DIR.",
                    "state_owned");
    }
    std::error_code gone;
    std::filesystem::remove(parts.path, gone);
    boost::system::error_code failed;
    parts.acceptor.open(Local{}, failed);
    if (!failed) parts.acceptor.bind(endpoint, failed);
    if (!failed && ::chmod(name.c_str(), S_IRUSR | S_IWUSR) != 0) {
        failed = {errno, boost::system::system_category()};
    }
    if (!failed) parts.acceptor.listen(64, failed);
    if (failed) {
        parts.stop_accepting();
        return fail(Errc::unavailable, fmt::format("Cannot listen in the state folder: {}.", failed.message()));
    }
    parts.loop.start();
    auto task = Parts::accept_all(parts_);
    parts.loop.tasks().start(std::move(task));
    return {};
}

async::Task<> LocalSocket::drain(std::chrono::milliseconds limit) {
    const auto parts = parts_;
    parts->stop_accepting();
    parts->loop.drain();
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (parts->loop.connections() > 0 && std::chrono::steady_clock::now() < deadline) {
        co_await async::sleep_for(drain_step);
    }
    parts->loop.cut();
    while (parts->loop.connections() > 0) co_await async::sleep_for(drain_step);
    co_await parts->loop.tasks().wait();
}

}  // namespace flux::transport
