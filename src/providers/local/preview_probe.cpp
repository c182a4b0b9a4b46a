#include "providers/local/preview_probe.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"

namespace flux::providers::local {

namespace {

std::string_view host_of(std::string_view url) {
    const auto start = url.find("://");
    if (start == std::string_view::npos) return {};
    url.remove_prefix(start + 3);
    return url.substr(0, url.find('/'));
}

}  // namespace

ProbeAnswer probe_preview(std::uint16_t port, const std::string& url) {
    const auto silent = [&] {
        return ProbeAnswer{.reachable = false,
                           .answered = false,
                           .reason = fmt::format("nothing answers on the preview port {}", port)};
    };
    const flux::FileDescriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!socket) return silent();
    const timeval limit{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return silent();
    const auto request = fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host_of(url));
    if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        return silent();
    }
    std::array<char, 12> start{};  // HTTP/1.1 200
    std::size_t got = 0;
    while (got < start.size()) {
        const auto more = ::recv(socket.get(), start.data() + got, start.size() - got, 0);
        if (more <= 0) return silent();
        got += static_cast<std::size_t>(more);
    }
    const auto status = to_integer(std::string_view{start.data(), start.size()}.substr(9));
    if (!status) return silent();
    if (*status < 400) return {.reachable = true, .answered = true, .reason = {}};
    return {.reachable = false,
            .answered = true,
            .reason = fmt::format("its front page answers with {} (is there an index.html at its root?)", *status)};
}

}  // namespace flux::providers::local
