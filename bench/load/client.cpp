#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace flux::bench {

namespace {

using std::chrono::steady_clock;

/// Servers turn away whom they don't know when too many of them knock at once.
constexpr std::size_t openings_at_once = 16;
constexpr auto patience = std::chrono::seconds{60};

[[noreturn]] void failed(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

}  // namespace

Client::Client(const Options& options)
    : options_{options},
      requests_{options},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      connections_(static_cast<std::size_t>(options.connections)) {
    if (epoll_ < 0) failed("epoll_create1");
}

Client::~Client() {
    for (auto& connection : connections_) {
        if (connection.socket >= 0) ::close(connection.socket);
    }
    ::close(epoll_);
}

void Client::open(Connection& connection) {
    Connection fresh;
    connection = std::move(fresh);
    connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection.socket < 0) failed("socket");
    const int on = 1;
    ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
        failed("connect");
    }
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLET;
    wanted.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &wanted) != 0) failed("epoll_ctl");
}

void Client::reset(Connection& connection) {
    // Without a FIN, so that no port is left waiting: thousands of them a second would run out.
    const linger hard{1, 0};
    ::setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(connection.socket);
    connection.socket = -1;
}

void Client::open_all(bool touch) {
    const auto until = steady_clock::now() + patience;
    std::size_t begun = 0;
    while (ready_ < connections_.size()) {
        while (begun < connections_.size() && begun - ready_ < openings_at_once) open(connections_[begun++]);
        poll(100);
        if (steady_clock::now() > until) throw std::runtime_error{"the connections were not opened in time"};
    }
    if (!touch) return;
    for (auto& connection : connections_) ask(connection, 1);
    for (auto& connection : connections_) {
        while (connection.answered == 0) poll(100);
    }
}

void Client::run_for(std::chrono::milliseconds time, Latencies& latencies) {
    latencies_ = &latencies;
    busy_ = true;
    const auto until = steady_clock::now() + time;
    for (auto& connection : connections_) {
        const int missing = options_.depth - static_cast<int>(connection.sent.size());
        if (missing > 0) ask(connection, missing);
    }
    while (steady_clock::now() < until) poll(10);
    latencies_ = nullptr;
}

std::uint64_t Client::open_and_reset_for(std::chrono::milliseconds time) {
    std::uint64_t done = 0;
    const auto until = steady_clock::now() + time;
    for (auto& connection : connections_) open(connection);
    while (steady_clock::now() < until) {
        poll(10);
        for (auto& connection : connections_) {
            if (connection.stage != Stage::ready) continue;
            // A session counts when initialize was answered; without sessions the first call has to be.
            if (options_.era != Era::handshake) {
                if (connection.answered == 0 && connection.sent.empty()) ask(connection, 1);
                if (connection.answered == 0) continue;
            }
            ++done;
            reset(connection);
            open(connection);
        }
    }
    return done;
}

void Client::poll(int limit_ms) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), limit_ms);
    if (count < 0 && errno != EINTR) failed("epoll_wait");
    for (int i = 0; i < count; ++i) {
        auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        const auto what = events[static_cast<std::size_t>(i)].events;
        if (connection.stage == Stage::connecting && (what & EPOLLOUT) != 0) connected(connection);
        if ((what & EPOLLOUT) != 0) flush(connection);
        if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(connection);
    }
}

void Client::connected(Connection& connection) {
    if (options_.transport == Transport::websocket) {
        connection.stage = Stage::upgrading;
        send(connection, requests_.upgrade());
    } else if (options_.era == Era::handshake) {
        connection.stage = Stage::initializing;
        send(connection, requests_.initialize());
    } else {
        became_ready(connection, {});
    }
}

void Client::became_ready(Connection& connection, std::string_view session) {
    connection.stage = Stage::ready;
    connection.call = requests_.call(session);
    ++ready_;
}

void Client::receive(Connection& connection) {
    // One buffer for all of them: what isn't whole yet is kept, and that is rare.
    static std::array<char, 256 * 1024> window;
    for (;;) {
        const auto got = ::recv(connection.socket, window.data(), window.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got <= 0) throw std::runtime_error{"the server closed a connection"};
        std::string_view bytes{window.data(), static_cast<std::size_t>(got)};
        if (!connection.input.empty()) {
            connection.input.append(bytes);
            bytes = connection.input;
        }
        int answers = 0;
        while (!bytes.empty()) {
            const bool is_http = options_.transport == Transport::http || connection.stage == Stage::upgrading;
            const auto answer = is_http ? read_http_answer(bytes) : read_frame(bytes);
            if (!answer) break;
            const auto before = connection.answered;
            take(connection, *answer);
            answers += static_cast<int>(connection.answered - before);
            bytes.remove_prefix(answer->size);
        }
        connection.input = std::string{bytes};
        if (busy_ && answers > 0) ask(connection, answers);
        if (static_cast<std::size_t>(got) < window.size()) return;
    }
}

void Client::take(Connection& connection, const Answer& answer) {
    if (answer.status >= 400) {
        throw std::runtime_error{"status " + std::to_string(answer.status) + ": " + std::string{answer.message}};
    }
    switch (connection.stage) {
    case Stage::upgrading:
        if (answer.status != 101) throw std::runtime_error{"the upgrade was refused"};
        if (options_.era == Era::handshake) {
            connection.stage = Stage::initializing;
            send(connection, requests_.initialize());
        } else {
            became_ready(connection, {});
        }
        return;
    case Stage::initializing: {
        if (answer.message.empty()) return;
        if (id_of_result(answer.message) != 0) throw std::runtime_error{"initialize was not answered"};
        const auto session = session_in(answer.head);
        send(connection, requests_.initialized(session));
        // Over a WebSocket nothing comes back for it; over HTTP a 202.
        if (options_.transport == Transport::websocket) {
            became_ready(connection, {});
        } else {
            connection.stage = Stage::noting;
            connection.call = requests_.call(session);
        }
        return;
    }
    case Stage::noting:
        connection.stage = Stage::ready;
        ++ready_;
        return;
    case Stage::ready: break;
    case Stage::connecting: throw std::runtime_error{"an answer to nothing"};
    }
    if (answer.message.empty()) return;  // a ping
    const auto oldest = connection.next_id - static_cast<unsigned>(connection.sent.size());
    if (connection.sent.empty() || id_of_result(answer.message) != oldest) {
        throw std::runtime_error{"another request's answer: " + std::string{answer.message.substr(0, 200)}};
    }
    if (latencies_ != nullptr) {
        const auto took = steady_clock::now() - connection.sent.front();
        latencies_->add(static_cast<std::uint64_t>(took.count()));
    }
    connection.sent.pop_front();
    ++connection.answered;
}

void Client::ask(Connection& connection, int requests) {
    static std::string all;
    all.clear();
    const auto now = steady_clock::now();
    for (int i = 0; i < requests; ++i) {
        set_id(connection.call.bytes.data() + connection.call.id_at, connection.next_id++);
        all += connection.call.bytes;
        connection.sent.push_back(now);
    }
    send(connection, all);
}

void Client::send(Connection& connection, std::string_view bytes) {
    connection.output += bytes;
    flush(connection);
}

void Client::flush(Connection& connection) {
    while (!connection.output.empty()) {
        const auto sent = ::send(connection.socket, connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (sent < 0) failed("send");
        connection.output.erase(0, static_cast<std::size_t>(sent));
    }
}

}  // namespace flux::bench
