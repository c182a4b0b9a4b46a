#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "fakes/websocket_client.hpp"

namespace flux {

/// A client of bytes over loopback: sends what it is told, however wrong, and waits five seconds for anything.
class TcpClient {
public:
    explicit TcpClient(std::uint16_t port, int receive_buffer = 0) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval limit{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const auto error = errno;
            ::close(socket_);
            throw std::system_error{error, std::generic_category(), "connect"};
        }
    }
    TcpClient(const TcpClient&) = delete;
    TcpClient& operator=(const TcpClient&) = delete;
    ~TcpClient() { ::close(socket_); }

    /// False when the server no longer takes it.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

    /// Appends what comes to `input`; false at the end.
    bool receive() {
        char buffer[16 * 1024];
        const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error{"nothing came in time: " + input};
        if (got <= 0) return false;
        input.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    /// Bytes up to and with `end`.
    std::string take_until(std::string_view end) {
        for (;;) {
            const auto at = input.find(end);
            if (at != std::string::npos) return take(at + end.size());
            if (!receive()) throw std::runtime_error{"the server closed: " + input};
        }
    }

    std::string take(std::size_t size) {
        while (input.size() < size) {
            if (!receive()) throw std::runtime_error{"the server closed: " + input};
        }
        auto bytes = input.substr(0, size);
        input.erase(0, size);
        return bytes;
    }

    /// Everything until the server closes.
    std::string take_all() {
        while (receive()) {
        }
        return std::exchange(input, {});
    }

    bool is_closed() { return take_all().empty(); }

    std::string input;

private:
    int socket_;
};

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> fields;  ///< names as sent
    std::string body;
};

/// The next response, with its body; of a chunked one only the head (see `take_chunk`).
inline HttpAnswer take_answer(TcpClient& client, bool has_body = true) {
    HttpAnswer answer;
    const auto head = client.take_until("\r\n\r\n");
    answer.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n") + 2; at < head.size() - 2;) {
        const auto end = head.find("\r\n", at);
        const auto line = head.substr(at, end - at);
        const auto colon = line.find(": ");
        answer.fields[line.substr(0, colon)] = line.substr(colon + 2);
        at = end + 2;
    }
    if (has_body && answer.fields.contains("Content-Length")) {
        answer.body = client.take(std::stoul(answer.fields["Content-Length"]));
    }
    return answer;
}

/// The next chunk of a chunked body; empty: the last.
inline std::string take_chunk(TcpClient& client) {
    const auto size = std::stoul(client.take_until("\r\n"), nullptr, 16);
    auto chunk = client.take(size);
    client.take(2);
    return chunk;
}

struct ServerFrame {
    unsigned first = 0;
    std::string payload;

    int close_code() const {
        if (first != 0x88 || payload.size() < 2) return 0;
        return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
    }
};

inline ServerFrame take_frame(TcpClient& client) {
    const auto head = client.take(2);
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
        const auto length = client.take(size == 126 ? 2 : 8);
        size = 0;
        for (const char c : length) size = size * 256 + static_cast<unsigned char>(c);
    }
    return {static_cast<unsigned char>(head[0]), client.take(size)};
}

}  // namespace flux
