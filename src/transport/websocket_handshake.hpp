#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "transport/http_request.hpp"

namespace flux::transport {

/// What a request for a WebSocket asks for, once it is found to be a valid one (RFC 6455, 4.2.1).
struct WebSocketUpgrade {
    std::string accept;        ///< for `Sec-WebSocket-Accept`
    bool offers_mcp = false;   ///< among its subprotocols is `mcp`
    bool offers_some = false;  ///< it names subprotocols at all
};

/// Whether the request wants to leave HTTP for WebSocket; it may still be malformed.
bool wants_websocket(const RequestHead& head);

/// Checks the handshake. A wrong version is a 426, which is answered with `Sec-WebSocket-Version: 13`.
tl::expected<WebSocketUpgrade, HttpRefusal> read_upgrade(const RequestHead& head);

/// The key's proof for `Sec-WebSocket-Accept`.
std::string accept_key(std::string_view key);

/// Appends the 101 response.
void append_upgrade_response(std::string& out, const WebSocketUpgrade& upgrade);

}  // namespace flux::transport
