// The floor on epoll: one thread, one read and one write a turn. What a server costs beyond this is what it does beyond
// this.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "codec.hpp"

namespace {

using flux::bench::Codec;

constexpr std::size_t window_bytes = 256 * 1024;

struct Peer {
    int socket;
    Codec codec = {};
    std::string kept = {};
};

std::array<char, window_bytes + Codec::padding> window;
std::string output;

/// False: the peer has gone.
bool serve(Peer& peer) {
    const auto kept = peer.kept.size();
    std::memcpy(window.data(), peer.kept.data(), kept);
    const auto got = ::recv(peer.socket, window.data() + kept, window_bytes - kept, 0);
    if (got <= 0) return false;
    const auto size = kept + static_cast<std::size_t>(got);
    const auto taken = peer.codec.take(window.data(), size, window_bytes - size + Codec::padding, output);
    if (taken < size) {
        peer.kept.assign(window.data() + taken, size - taken);
    } else if (kept > 0) {
        peer.kept = {};
    }
    // A floor has no slow readers: what does not fit at once is waited for.
    std::string_view rest = output;
    while (!rest.empty()) {
        const auto sent = ::send(peer.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    output.clear();
    return rest.empty();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("floor_epoll PORT\n", stderr);
        return 2;
    }
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 4096) != 0) {
        std::perror("floor_epoll");
        return 1;
    }
    const int epoll = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    std::array<epoll_event, 256> events;
    for (;;) {
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            auto* const peer = static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (peer == nullptr) {
                const int socket = ::accept(listener, nullptr, nullptr);
                if (socket < 0) continue;
                ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event.data.ptr = new Peer{socket};
                ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
            } else if (!serve(*peer)) {
                ::close(peer->socket);
                delete peer;
            }
        }
    }
}
