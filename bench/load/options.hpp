#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace flux::bench {

enum class Transport { websocket, http };

/// Which requests a server of the era wants: `handshake` begins with initialize and, over HTTP, has a session;
/// `bare` sends calls alone; `modern` is revision 2026-07-28, with its `_meta` and headers.
enum class Era { handshake, bare, modern };

enum class Mode {
    rate,     ///< calls in a closed loop
    idle,     ///< connections that do nothing
    connect,  ///< connections that are opened, used once and reset
};

struct Options {
    Mode mode = Mode::rate;
    Transport transport = Transport::websocket;
    Era era = Era::handshake;
    std::uint16_t port = 0;
    std::string token;                  ///< empty: none is sent
    std::string method = "tools/call";  ///< or `ping`, or `server/discover`
    int connections = 1;
    int depth = 1;  ///< requests in flight on one connection
    std::chrono::milliseconds warmup{500};
    std::chrono::milliseconds time{2000};
    int server = 0;  ///< its process, whose processor time and memory are read; 0: not read
};

/// Reads the command line; ends the process with 2 and a sentence where it can't be understood.
Options read_options(int count, char** arguments);

}  // namespace flux::bench
