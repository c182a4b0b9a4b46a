#include "transport/websocket_handshake.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace flux::transport {
namespace {

const std::string good_fields =
    "Host: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

tl::expected<WebSocketUpgrade, HttpRefusal> upgrade(std::string text) {
    RequestHead head;
    text += "\r\n";
    EXPECT_FALSE(read_request_head(text, 1000, head));
    return read_upgrade(head);
}

std::string without(std::string_view line) {
    auto fields = good_fields;
    const auto at = fields.find(line);
    fields.erase(at, fields.find("\r\n", at) + 2 - at);
    return fields;
}

TEST(WebSocketHandshake, ProvesTheKeyAsInTheStandardsExample) {
    const auto accepted = upgrade("GET /mcp HTTP/1.1\r\n" + good_fields);
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_FALSE(accepted->offers_some);
}

TEST(WebSocketHandshake, FindsTheSubprotocolAmongThoseOffered) {
    const auto line = "GET /mcp HTTP/1.1\r\n" + good_fields;
    EXPECT_TRUE(upgrade(line + "Sec-WebSocket-Protocol: chat, mcp\r\n")->offers_mcp);
    EXPECT_TRUE(upgrade(line + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: mcp\r\n")->offers_mcp);
    const auto other = upgrade(line + "Sec-WebSocket-Protocol: chat, MCP\r\n");
    EXPECT_FALSE(other->offers_mcp);
    EXPECT_TRUE(other->offers_some);
}

TEST(WebSocketHandshake, RefusesWhatIsNotOne) {
    struct Row {
        const char* name;
        std::string text;
        int status;
    };
    const std::string get = "GET /mcp HTTP/1.1\r\n";
    const std::array rows{
        Row{"POST", "POST /mcp HTTP/1.1\r\n" + good_fields, 400},
        Row{"HTTP/1.0", "GET /mcp HTTP/1.0\r\n" + good_fields, 400},
        Row{"a body", get + good_fields + "Content-Length: 1\r\n", 400},
        Row{"no Connection", get + without("Connection"), 400},
        Row{"no version", get + without("Sec-WebSocket-Version"), 400},
        Row{"version 8", get + without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n", 426},
        Row{"no key", get + without("Sec-WebSocket-Key"), 400},
        Row{"two keys", get + good_fields + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 400},
        Row{"a short key", get + without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: abc=\r\n", 400},
        Row{"a key of other letters",
            get + without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n", 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto refused = upgrade(row.text);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().status, row.status);
    }
}

}  // namespace
}  // namespace flux::transport
