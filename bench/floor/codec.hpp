#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flux::bench {

/// What both floors answer with: the least work that still serves `initialize`, `ping` and `tools/call` of a tool
/// `echo` over WebSocket and HTTP. No validation, no sessions, no limits.
class Codec {
public:
    /// Bytes that have to be readable behind what is taken.
    static constexpr std::size_t padding = 64;

    /// Takes every whole request from the front of `bytes`, which it may write to, and appends the answers to `out`;
    /// how many bytes it took. `room` bytes behind them may be read.
    std::size_t take(char* bytes, std::size_t size, std::size_t room, std::string& out);

private:
    /// Each of these takes one; 0: it isn't whole.
    std::size_t take_http(std::string_view bytes, std::size_t room, std::string& out);
    static std::size_t take_frame(char* bytes, std::size_t size, std::size_t room, std::string& out);

    bool is_websocket_ = false;
};

}  // namespace flux::bench
