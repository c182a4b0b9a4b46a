#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transport/utf8_stream.hpp"

namespace flux::transport {

/// Why a WebSocket is closed (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    none_given = 1005,  ///< never on the wire: a close frame without a code
    bad_text = 1007,
    policy = 1008,
    too_big = 1009,
    internal = 1011,
    try_again = 1013,
};

/// Reads the frames of a client, strictly by RFC 6455, as they arrive. No I/O.
///
/// A message that lies whole in one frame and one window is unmasked in place and not copied; else it is gathered here,
/// checked as it comes: size, parts and UTF-8 fail at the first byte that breaks them.
class WebSocketDecoder {
public:
    enum class Kind {
        more,     ///< the window holds nothing whole any more
        message,  ///< a text message
        ping,
        pong,
        close,   ///< the peer's close frame: `code` and reason; nothing is read after it
        failed,  ///< the peer broke the protocol: close with `code`; `payload` says why
    };

    struct Event {
        Kind kind;
        std::string_view payload = {};  ///< valid until the next call, and as long as the window
        CloseCode code = CloseCode::none_given;
    };

    WebSocketDecoder(std::size_t message_limit, std::size_t parts_limit)
        : message_limit_{message_limit}, parts_limit_{parts_limit} {}

    /// Reads from the front of the window, which it may write to, up to the next event. `used` bytes of it are done
    /// with; of `more`, the rest has to be at the front of the next window.
    Event next(char* data, std::size_t size, std::size_t& used);

private:
    struct Head {
        std::size_t size = 0;  ///< 0: not whole yet
        bool final = false;
        std::uint8_t opcode = 0;
        std::uint64_t length = 0;
        std::array<char, 4> mask{};
    };

    Event fail(CloseCode code, std::string_view why);
    bool read_head(const char* data, std::size_t size, Head& head, Event& failure);
    Event control(const Head& head, char* payload);
    Event gather(char* data, std::size_t size, std::size_t& used);

    std::size_t message_limit_;
    std::size_t parts_limit_;
    std::string message_;  ///< gathered parts
    std::size_t parts_ = 0;
    Utf8Stream text_;
    std::uint64_t left_ = 0;  ///< of the payload that is being gathered
    std::array<char, 4> mask_{};
    std::size_t mask_at_ = 0;
    bool in_message_ = false;  ///< a text message has begun
    bool in_payload_ = false;
    bool final_ = false;
    bool delivered_ = false;  ///< `message_` was given out: clear it at the next call
    bool over_ = false;
};

/// Applies the client's mask to `size` bytes, of which the first takes `mask[at % 4]`.
void unmask(char* data, std::size_t size, const std::array<char, 4>& mask, std::size_t at);

/// Whether a peer may send this close code.
bool is_close_code(unsigned code);

void append_text_frame(std::string& out, std::string_view message);
void append_ping(std::string& out, std::string_view payload);
void append_pong(std::string& out, std::string_view payload);
/// `reason` is cut to what a control frame holds.
void append_close(std::string& out, CloseCode code, std::string_view reason);

}  // namespace flux::transport
