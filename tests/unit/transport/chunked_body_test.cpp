#include "transport/chunked_body.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace flux::transport {
namespace {

struct Decoded {
    ChunkedBody::State state = ChunkedBody::State::more;
    std::string body;
    std::size_t used = 0;
    int status = 0;
};

Decoded decode(std::string_view input, std::size_t piece, std::size_t limit = 100) {
    ChunkedBody body{limit};
    Decoded result;
    while (result.used < input.size() && result.state == ChunkedBody::State::more) {
        std::size_t took = 0;
        result.state = body.feed(input.substr(result.used, piece), result.body, took);
        result.used += took;
    }
    result.status = body.refusal().status;
    return result;
}

TEST(ChunkedBody, DecodesTheSameHoweverTheBytesCome) {
    const std::string input =
        "5\r\nhello\r\n1;name=\"va lue\"\r\n,\r\n0006\r\n world\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nGET";
    for (std::size_t piece = 1; piece <= input.size(); ++piece) {
        SCOPED_TRACE(piece);
        const auto decoded = decode(input, piece);
        EXPECT_EQ(decoded.state, ChunkedBody::State::done);
        EXPECT_EQ(decoded.body, "hello, world");
        EXPECT_EQ(decoded.used, input.size() - 3);
    }
}

TEST(ChunkedBody, RefusesWhatIsNotExact) {
    struct Row {
        const char* name;
        std::string input;
        int status;
    };
    const std::array rows{
        Row{"no size", "\r\n", 400},
        Row{"a sign", "+5\r\nhello\r\n", 400},
        Row{"a prefix", "0x5\r\nhello\r\n", 400},
        Row{"a blank behind the size", "5 \r\nhello\r\n", 400},
        Row{"a blank before the size", " 5\r\nhello\r\n", 400},
        Row{"a bare LF behind the size", "5\nhello\r\n", 400},
        Row{"a bare LF in an extension", "5;a\nhello\r\n", 400},
        Row{"CR without LF", "5\rhello\r\n", 400},
        Row{"a chunk longer than its size", "3\r\nhello\r\n", 400},
        Row{"a bare LF behind a chunk", "5\r\nhello\n0\r\n\r\n", 400},
        Row{"17 digits", "00000000000000005\r\nhello\r\n", 400},
        Row{"a size of 64 bits", "FFFFFFFFFFFFFFFF\r\n", 413},
        Row{"more than the limit", "65\r\n", 413},
        Row{"more than the limit together", "60\r\n" + std::string(96, 'x') + "\r\n5\r\n", 413},
        Row{"an endless extension", "5;" + std::string(17000, 'x'), 400},
        Row{"a NUL in an extension", std::string("5;\0\r\n", 5), 400},
        Row{"an endless trailer", "0\r\nX: " + std::string(17000, 'x'), 431},
        Row{"a trailer without colon", "0\r\nnonsense\r\n\r\n", 400},
        Row{"a trailer without name", "0\r\n: 1\r\n\r\n", 400},
        Row{"a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", 400},
        Row{"a bare LF as trailer", "0\r\n\n", 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        for (const std::size_t piece : {std::size_t{1}, row.input.size()}) {
            const auto decoded = decode(row.input, piece);
            EXPECT_EQ(decoded.state, ChunkedBody::State::refused);
            EXPECT_EQ(decoded.status, row.status);
        }
    }
}

}  // namespace
}  // namespace flux::transport
