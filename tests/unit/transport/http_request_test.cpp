#include "transport/http_request.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace flux::transport {
namespace {

constexpr std::size_t head_limit = 16 * 1024;
constexpr std::size_t target_limit = 8 * 1024;

/// What becomes of `text`: 0 for a head that was read, -1 for one that isn't whole, else the refusal's status.
int status_for(std::string_view text, RequestHead& head) {
    HeadFinder finder{head_limit};
    switch (finder.find(text)) {
    case HeadFinder::State::more: return -1;
    case HeadFinder::State::refused: return finder.refusal().status;
    case HeadFinder::State::found: break;
    }
    const auto refused =
        read_request_head(text.substr(finder.begin(), finder.end() - finder.begin()), target_limit, head);
    return refused ? refused->status : 0;
}

int status_for(std::string_view text) {
    RequestHead head;
    return status_for(text, head);
}

TEST(HttpRequest, ReadsARequestAsItWasSent) {
    RequestHead head;
    const std::string text =
        "POST /mcp?names=safe HTTP/1.1\r\nHost: localhost:8787\r\nContent-Type:application/json \t\r\n"
        "content-length: 12\r\nX-Empty:\r\n\r\n";

    ASSERT_EQ(status_for(text, head), 0);

    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/mcp?names=safe");
    EXPECT_EQ(head.host, "localhost:8787");
    EXPECT_EQ(head.minor_version, 1);
    EXPECT_EQ(head.field_count, 4u);
    EXPECT_EQ(head.field("content-type"), "application/json");
    EXPECT_EQ(head.field("x-empty"), "");
    EXPECT_FALSE(head.field("x-absent"));
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_TRUE(head.has_body);
    EXPECT_FALSE(head.chunked);
    EXPECT_TRUE(head.keep_alive);
}

TEST(HttpRequest, RefusesWhatTwoReadersCouldUnderstandDifferently) {
    struct Row {
        const char* name;
        std::string text;
        int status;
    };
    const std::string line = "POST / HTTP/1.1\r\n";
    const std::string host = "Host: a\r\n";
    const std::array rows{
        Row{"length and chunked", line + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Row{"chunked and length", line + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
        Row{"gzip, then length", line + host + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", 400},
        Row{"chunked, gzip", line + host + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501},
        Row{"gzip, chunked", line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        Row{"identity", line + host + "Transfer-Encoding: identity\r\n\r\n", 501},
        Row{"empty encoding", line + host + "Transfer-Encoding:\r\n\r\n", 501},
        Row{"chunked twice", line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
        Row{"chunked with a vertical tab",
            line + host +
                "Transfer-Encoding: \x0b"
                "chunked\r\n\r\n",
            400},
        Row{"chunked in 1.0", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 400},
        Row{"two lengths", line + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        Row{"the same length twice", line + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
        Row{"a list of lengths", line + host + "Content-Length: 5, 5\r\n\r\n", 400},
        Row{"a negative length", line + host + "Content-Length: -1\r\n\r\n", 400},
        Row{"a length with a plus", line + host + "Content-Length: +5\r\n\r\n", 400},
        Row{"a hexadecimal length", line + host + "Content-Length: 0x5\r\n\r\n", 400},
        Row{"an empty length", line + host + "Content-Length:\r\n\r\n", 400},
        Row{"a length beyond 64 bits", line + host + "Content-Length: 18446744073709551616\r\n\r\n", 400},
        Row{"two hosts", line + host + host + "\r\n", 400},
        Row{"no host", line + "\r\n", 400},
        Row{"a host with a blank", line + "Host: a b\r\n\r\n", 400},
        Row{"a host with a path", line + "Host: a/b\r\n\r\n", 400},
        Row{"a host with user information", line + "Host: a@b\r\n\r\n", 400},
        Row{"hosts that differ", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400},
        Row{"a folded field", line + host + "X-A: 1\r\n 2\r\n\r\n", 400},
        Row{"a folded first field", line + " Host: a\r\n\r\n", 400},
        Row{"a blank before the colon", line + "Host : a\r\n\r\n", 400},
        Row{"a field without colon", line + host + "nonsense\r\n\r\n", 400},
        Row{"a field without name", line + host + ": 1\r\n\r\n", 400},
        Row{"a name that is no token", line + host + "X[]: 1\r\n\r\n", 400},
        Row{"a NUL in a value", line + host + std::string("X: a\0b\r\n\r\n", 10), 400},
        Row{"a bare CR in a value", line + host + "X: a\rb\r\n\r\n", 400},
        Row{"a bare LF", "POST / HTTP/1.1\n" + host + "\r\n", 400},
        Row{"a bare LF after fields", line + host + "\n", 400},
        Row{"DEL in a value", line + host + "X: \x7f\r\n\r\n", 400},
        Row{"two spaces", "GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"a space at the end", "GET / HTTP/1.1 \r\n" + host + "\r\n", 400},
        Row{"a tab", "GET\t/ HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"no version", "GET /\r\n" + host + "\r\n", 400},
        Row{"a lower-case version", "GET / http/1.1\r\n" + host + "\r\n", 400},
        Row{"version 2", "GET / HTTP/2.0\r\n" + host + "\r\n", 505},
        Row{"version 1.10", "GET / HTTP/1.10\r\n" + host + "\r\n", 400},
        Row{"a method that is no token", "G(T / HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"a target without slash", "GET index HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"a target with a control character", "GET /\x01 HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"a target beyond ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"a target with a fragment", "GET /#a HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"another scheme", "GET ftp://a/ HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"CONNECT", "CONNECT a:443 HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"an asterisk for GET", "GET * HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"another expectation", line + host + "Expect: miracles\r\n\r\n", 417},
        Row{"two empty lines", "\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n", 400},
        Row{"TLS", "\x16\x03\x01\x02", 400},
        Row{"a long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 414},
        Row{"a request line without end", "GET /" + std::string(17000, 'a'), 414},
        Row{"a field without end", line + host + "X: " + std::string(17000, 'a'), 431},
        Row{"a long head", line + host + "X: " + std::string(17000, 'a') + "\r\n\r\n", 431},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(status_for(row.text), row.status);
    }
}

TEST(HttpRequest, SeesAControlCharacterWhereverItStandsInAValue) {
    for (std::size_t size = 1; size < 50; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (const char odd : {'\x01', '\x1f', '\x7f', '\r'}) {
                std::string value(size, 'v');
                value[at] = odd;
                EXPECT_EQ(status_for("GET / HTTP/1.1\r\nHost: h\r\nX: " + value + "\r\n\r\n"), 400)
                    << size << ' ' << at;
            }
            std::string value(size, '\xe9');
            value[at] = '\t';
            EXPECT_EQ(status_for("GET / HTTP/1.1\r\nHost: h\r\nX: " + value + "\r\n\r\n"), 0) << size << ' ' << at;
        }
    }
}

TEST(HttpRequest, TellsNamesApartThatAreAlike) {
    RequestHead head;
    // Of one length, and alike at both ends and in the middle.
    const std::string text =
        "GET / HTTP/1.1\r\nHost: h\r\nX-aAbcC-Z: one\r\nx-AXbyc-z: two\r\nx-aabcc-Z: three\r\n\r\n";

    ASSERT_EQ(status_for(text, head), 0);

    EXPECT_EQ(head.field("x-aabcc-z"), "one");
    EXPECT_EQ(head.field("x-axbyc-z"), "two");
    EXPECT_EQ(head.count("x-aabcc-z"), 2u);
    EXPECT_FALSE(head.field("x-aabbc-z"));
}

TEST(HttpRequest, FindsNamesWithEveryCharacterOfAToken) {
    RequestHead head;
    const std::string text =
        "GET / HTTP/1.1\r\nHost: h\r\nMcp-Param-User_Id: 7\r\nX^a: caret\r\nX~a: tilde\r\nX!#$%&'*+.`|1: rest\r\n\r\n";

    ASSERT_EQ(status_for(text, head), 0);

    EXPECT_EQ(head.field("mcp-param-user_id"), "7");
    EXPECT_EQ(head.field("x^a"), "caret");
    EXPECT_EQ(head.field("x~a"), "tilde");
    EXPECT_EQ(head.field("x!#$%&'*+.`|1"), "rest");
}

TEST(HttpRequest, RefusesMoreFieldsThanItHolds) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 99; ++i) text += "X: 1\r\n";
    EXPECT_EQ(status_for(text + "\r\n"), 0);
    EXPECT_EQ(status_for(text + "X: 1\r\n\r\n"), 431);
}

TEST(HttpRequest, AcceptsWhatTheStandardAsksFor) {
    RequestHead head;

    ASSERT_EQ(status_for("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", head), 0) << "one empty line before a request";
    EXPECT_FALSE(head.has_body);

    ASSERT_EQ(status_for("GET http://A:1/x?y HTTP/1.1\r\nHost: a:1\r\n\r\n", head), 0) << "the absolute form";
    EXPECT_EQ(head.target, "/x?y");
    EXPECT_EQ(head.host, "A:1");

    ASSERT_EQ(status_for("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", head), 0);
    EXPECT_EQ(head.target, "*");

    ASSERT_EQ(status_for("GET / HTTP/1.1\r\nHost: [::1]:80\r\nExpect: 100-Continue\r\n\r\n", head), 0);
    EXPECT_TRUE(head.expects_continue);

    ASSERT_EQ(status_for("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", head), 0);
    EXPECT_TRUE(head.chunked);
    EXPECT_TRUE(head.has_body);

    ASSERT_EQ(status_for("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, CLOSE\r\n\r\n", head), 0);
    EXPECT_FALSE(head.keep_alive);

    ASSERT_EQ(status_for("GET / HTTP/1.0\r\n\r\n", head), 0);
    EXPECT_FALSE(head.keep_alive);
    EXPECT_EQ(head.host, "");

    ASSERT_EQ(status_for("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", head), 0);
    EXPECT_TRUE(head.keep_alive);
}

TEST(HeadFinder, FindsTheSameEndHoweverTheBytesCome) {
    const std::string text = "\r\nGET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\nrest";
    HeadFinder finder{head_limit};
    std::size_t size = 0;
    while (finder.find(std::string_view{text}.substr(0, size)) == HeadFinder::State::more) ++size;

    EXPECT_EQ(size, text.size() - 4);
    EXPECT_EQ(finder.begin(), 2u);
    EXPECT_EQ(finder.end(), text.size() - 4);
}

TEST(RequestHead, ReadsListsOverAllLines) {
    RequestHead head;
    ASSERT_EQ(status_for("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html , ,\tx/y\r\naccept: z\r\n\r\n", head), 0);

    EXPECT_TRUE(head.lists("accept", "TEXT/HTML"));
    EXPECT_TRUE(head.lists("accept", "x/y"));
    EXPECT_TRUE(head.lists("accept", "z"));
    EXPECT_FALSE(head.lists("accept", "text"));
    EXPECT_EQ(head.count("accept"), 2u);
}

}  // namespace
}  // namespace flux::transport
