#pragma once

#include <chrono>
#include <cstddef>

namespace flux::transport {

/// What one peer may take of a listener: sizes in bytes, all enforced while reading.
struct HttpLimits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t target_bytes = 8 * 1024;
    std::size_t body_bytes = 1 << 20;     ///< of a request
    std::size_t message_bytes = 1 << 20;  ///< of a WebSocket message or a line
    std::size_t message_parts = 1024;     ///< fragments of one WebSocket message

    std::size_t connections = 10'000;
    std::size_t unauthenticated = 6'000;  ///< connections that the door has not let in yet
    /// Of those, from one address, IPv6 by /64. Loopback is exempt: behind it are this machine's own programs, or a
    /// proxy with all of its clients.
    std::size_t unauthenticated_per_address = 32;

    std::size_t outbound_soft = 256 * 1024;  ///< unsent bytes from which progress is left out and reading pauses
    std::size_t outbound_hard = 1 << 20;     ///< unsent bytes from which the connection is closed

    std::chrono::milliseconds head_time{10'000};  ///< for a request's head, from its first byte (or the accept)
    std::chrono::milliseconds idle_time{75'000};  ///< between two requests of one connection
    std::chrono::milliseconds body_grace{5'000};  ///< after which a body has to come at `body_rate`
    std::size_t body_rate = 1024;                 ///< bytes a second
    std::chrono::milliseconds behind_time{
        10'000};  ///< with more than `outbound_soft` unsent, after which a WebSocket is closed
    std::chrono::milliseconds write_time{30'000};  ///< without the peer taking a byte of what waits for it
    std::chrono::milliseconds ping_interval{
        20'000};  ///< of a WebSocket; without a pong until the next one it is closed
    std::chrono::milliseconds comment_interval{15'000};  ///< of an event stream
    std::chrono::milliseconds tick{1'000};               ///< how often the times above are looked at
    std::chrono::milliseconds session_check{30'000};     ///< how often sessions are looked for that nobody uses
};

}  // namespace flux::transport
