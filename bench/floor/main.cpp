// The floor: the least work that still answers `initialize`, `ping` and `tools/call` of a tool `echo` over WebSocket
// and HTTP. One thread, epoll, one read and one write a turn, no validation, no sessions, no limits. What a server
// costs beyond this is what it does beyond this.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <simdjson.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t window_bytes = 256 * 1024;

struct Peer {
    int socket;
    bool is_websocket = false;
    std::string kept;
};

std::array<char, window_bytes + simdjson::SIMDJSON_PADDING> window;
std::string output;
simdjson::ondemand::parser parser;

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
}

/// The answer to one message; nothing for a notification. `room` bytes behind the message may be read.
void answer(std::string& out, std::string_view message, std::size_t room) {
    auto document = parser.iterate(message.data(), message.size(), message.size() + room);
    std::string_view id;
    std::string_view method;
    std::string_view arguments = "{}";
    for (auto field : document.get_object()) {
        const std::string_view key = field.unescaped_key();
        if (key == "id") {
            id = field.value().raw_json_token();
        } else if (key == "method") {
            method = field.value();
        } else if (key == "params") {
            for (auto inner : field.value().get_object()) {
                if (std::string_view{inner.unescaped_key()} == "arguments")
                    arguments = simdjson::to_json_string(inner.value());
            }
        }
    }
    if (id.empty()) return;
    out += R"({"jsonrpc":"2.0","id":)";
    out += id;
    if (method == "tools/call") {
        out += R"(,"result":{"content":[{"type":"text","text":")";
        append_escaped(out, arguments);
        out += R"("}]}})";
    } else if (method == "initialize") {
        out += R"(,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},)"
               R"("serverInfo":{"name":"floor","version":"1.0.0"}}})";
    } else {
        out += R"(,"result":{}})";
    }
}

std::string accept_key(std::string_view key) {
    const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> encoded;
    const int length = ::EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {encoded.begin(), encoded.begin() + length};
}

std::string_view field_of(std::string_view head, std::string_view name) {
    const auto at = head.find(name);
    if (at == std::string_view::npos) return {};
    const auto value = head.substr(at + name.size());
    return value.substr(0, value.find("\r\n"));
}

/// Each of these takes one whole request from the front; 0: it isn't whole.
std::size_t take_http(Peer& peer, std::string_view bytes, std::size_t room) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    const auto head = bytes.substr(0, end + 2);
    if (const auto key = field_of(head, "Sec-WebSocket-Key: "); !key.empty()) {
        output +=
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
        output += accept_key(key) + "\r\n\r\n";
        peer.is_websocket = true;
        return end + 4;
    }
    std::size_t length = 0;
    const auto text = field_of(head, "Content-Length: ");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (bytes.size() < end + 4 + length) return 0;
    static std::string body;
    body.clear();
    answer(body, bytes.substr(end + 4, length), room + bytes.size() - end - 4 - length);
    output += body.empty() ? "HTTP/1.1 202 Accepted\r\n" : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    output += "Content-Length: ";
    output += std::to_string(body.size());
    output += "\r\n\r\n";
    output += body;
    return end + 4 + length;
}

std::size_t take_frame(char* bytes, std::size_t size, std::size_t room) {
    if (size < 6) return 0;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    std::size_t head = 2;
    std::size_t length = byte(1) & 0x7F;
    if (length >= 126) {
        const std::size_t count = length == 126 ? 2 : 8;
        head += count;
        if (size < head + 4) return 0;
        length = 0;
        for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte(i);
    }
    head += 4;
    if (size < head + length) return 0;
    for (std::size_t i = 0; i < length; ++i)
        bytes[head + i] = static_cast<char>(bytes[head + i] ^ bytes[head - 4 + i % 4]);
    if (byte(0) != 0x81) return head + length;

    // Room for the longest head; what isn't needed of it is taken out, which is rare for answers of a usual size.
    const auto begin = output.size();
    output.append("\x81\x7E\0\0", 4);
    answer(output, {bytes + head, length}, room + size - head - length);
    const auto written = output.size() - begin - 4;
    if (written == 0) {
        output.resize(begin);
    } else if (written < 126) {
        output[begin + 1] = static_cast<char>(written);
        output.erase(begin + 2, 2);
    } else {
        output[begin + 2] = static_cast<char>(written >> 8);
        output[begin + 3] = static_cast<char>(written & 0xFF);
    }
    return head + length;
}

/// False: the peer has gone.
bool serve(Peer& peer) {
    const auto kept = peer.kept.size();
    std::memcpy(window.data(), peer.kept.data(), kept);
    const auto got = ::recv(peer.socket, window.data() + kept, window_bytes - kept, 0);
    if (got <= 0) return false;
    std::size_t begin = 0;
    const auto end = kept + static_cast<std::size_t>(got);
    while (begin < end) {
        const auto room = window_bytes - end + simdjson::SIMDJSON_PADDING;
        const auto took = peer.is_websocket ? take_frame(window.data() + begin, end - begin, room)
                                            : take_http(peer, {window.data() + begin, end - begin}, room);
        if (took == 0) break;
        begin += took;
    }
    if (begin < end) {
        peer.kept.assign(window.data() + begin, end - begin);
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
        std::fputs("floor PORT\n", stderr);
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
        std::perror("floor");
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
                event.data.ptr = new Peer{socket, false, {}};
                ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
            } else if (!serve(*peer)) {
                ::close(peer->socket);
                delete peer;
            }
        }
    }
}
