#include "transport/websocket_handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

#include "transport/http_response.hpp"

namespace flux::transport {

namespace {

// 16 bytes in base64: 22 characters, of which the last has four bits to spare, and two equals signs.
bool is_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    for (const char c : key.substr(0, 22)) {
        const bool fits =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!fits) return false;
    }
    return true;
}

}  // namespace

bool wants_websocket(const RequestHead& head) { return head.lists("upgrade", "websocket"); }

tl::expected<WebSocketUpgrade, HttpRefusal> read_upgrade(const RequestHead& head) {
    const auto refuse = [](int status, std::string_view why) {
        return tl::unexpected<HttpRefusal>(HttpRefusal{status, why});
    };
    if (head.method != "GET") return refuse(400, "A WebSocket is opened with GET.");
    if (head.minor_version == 0) return refuse(400, "A WebSocket is opened with HTTP/1.1.");
    if (head.has_body) return refuse(400, "A request for a WebSocket has no body.");
    if (!head.lists("connection", "upgrade")) return refuse(400, "`Connection: Upgrade` is missing.");
    const auto version = head.field("sec-websocket-version");
    if (!version) return refuse(400, "`Sec-WebSocket-Version` is missing.");
    if (*version != "13" || head.count("sec-websocket-version") != 1) {
        return refuse(426, "This server speaks version 13 of WebSocket.");
    }
    const auto key = head.field("sec-websocket-key");
    if (!key || head.count("sec-websocket-key") != 1 || !is_key(*key)) {
        return refuse(400, "`Sec-WebSocket-Key` has to be 16 bytes in base64.");
    }

    WebSocketUpgrade upgrade;
    upgrade.accept = accept_key(*key);
    upgrade.offers_some = head.count("sec-websocket-protocol") > 0;
    // Subprotocols are compared with their case (RFC 6455, 11.5), unlike the tokens of HTTP.
    head.each_listed("sec-websocket-protocol",
                     [&](std::string_view offered) { upgrade.offers_mcp = upgrade.offers_mcp || offered == "mcp"; });
    return upgrade;
}

std::string accept_key(std::string_view key) {
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> encoded{};
    const int length = ::EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {encoded.begin(), encoded.begin() + length};
}

void append_upgrade_response(std::string& out, const WebSocketUpgrade& upgrade) {
    append_status(out, 101);
    out += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    append_field(out, "Sec-WebSocket-Accept", upgrade.accept);
    if (upgrade.offers_mcp) append_field(out, "Sec-WebSocket-Protocol", "mcp");
    append_head_end(out);
}

}  // namespace flux::transport
