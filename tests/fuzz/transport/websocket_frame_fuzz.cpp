// Any bytes as a client's frames: however they are cut, the same events come out, and no message breaks a limit.
#include "transport/websocket_frame.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace {

using flux::transport::CloseCode;
using flux::transport::WebSocketDecoder;
using Kind = WebSocketDecoder::Kind;

struct Seen {
    Kind kind;
    std::string payload;
    CloseCode code;
    bool operator==(const Seen&) const = default;
};

constexpr std::size_t message_limit = 300;

void demand(bool holds) {
    if (!holds) std::abort();
}

std::vector<Seen> decode(std::string_view input, std::size_t piece) {
    WebSocketDecoder decoder{message_limit, 8};
    std::vector<Seen> seen;
    std::string rest;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        // The window is copied to a block of exactly its size, so that the sanitizer sees a read behind it.
        rest += input.substr(at, piece);
        std::vector<char> window{rest.begin(), rest.end()};
        std::size_t done = 0;
        for (;;) {
            std::size_t used = 0;
            const auto event = decoder.next(window.data() + done, window.size() - done, used);
            demand(used <= window.size() - done);
            done += used;
            if (event.kind == Kind::more) break;
            seen.push_back({event.kind, std::string{event.payload}, event.code});
            if (event.kind == Kind::message) {
                demand(event.payload.size() <= message_limit && flux::is_utf8(event.payload));
            }
            if (event.kind == Kind::failed || event.kind == Kind::close) return seen;
        }
        rest.assign(window.data() + done, window.size() - done);
        demand(rest.size() < 14 + 126);
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 31U;
    const std::string input{reinterpret_cast<const char*>(data) + 1, size - 1};

    const auto whole = decode(input, input.size() + 1);
    demand(whole == decode(input, 1));
    demand(whole == decode(input, piece));
    return 0;
}
