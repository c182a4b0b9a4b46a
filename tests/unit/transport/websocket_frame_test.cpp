#include "transport/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "fakes/websocket_client.hpp"

namespace flux::transport {
namespace {

using Kind = WebSocketDecoder::Kind;

struct Seen {
    Kind kind;
    std::string payload;
    int code = 1005;
    bool operator==(const Seen&) const = default;
};

/// Everything that `input` holds, when it comes in windows that grow by `piece` bytes.
std::vector<Seen> decode(const std::string& input, std::size_t piece, std::size_t limit = 100'000,
                         std::size_t parts = 1024) {
    WebSocketDecoder decoder{limit, parts};
    std::vector<Seen> seen;
    std::string window;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        window += input.substr(at, piece);
        for (;;) {
            std::size_t used = 0;
            const auto event = decoder.next(window.data(), window.size(), used);
            if (event.kind != Kind::more) {
                seen.push_back({event.kind, std::string{event.payload}, static_cast<int>(event.code)});
            }
            window.erase(0, used);
            if (event.kind == Kind::more || event.kind == Kind::failed) break;
        }
        if (!seen.empty() && seen.back().kind == Kind::failed) break;
    }
    return seen;
}

TEST(WebSocketDecoder, ReadsTheSameHoweverTheBytesCome) {
    const std::string input = client_frame(0x81, "hello") + client_frame(0x01, "caf\xc3") + client_frame(0x89, "ping") +
                              client_frame(0x00, "\xa9 ") + client_frame(0x80, "au lait") + client_frame(0x8A, "") +
                              client_frame(0x81, std::string(300, 'x')) + client_frame(0x81, std::string(70'000, 'y')) +
                              client_frame(0x81, "") +
                              client_frame(0x88,
                                           "\x03\xe8"
                                           "bye");
    const std::vector<Seen> expected{
        {Kind::message, "hello"},
        {Kind::ping, "ping"},
        {Kind::message, "caf\xc3\xa9 au lait"},
        {Kind::pong, ""},
        {Kind::message, std::string(300, 'x')},
        {Kind::message, std::string(70'000, 'y')},
        {Kind::message, ""},
        {Kind::close, "bye", 1000},
    };
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U, 4096U, 1'000'000U}) {
        SCOPED_TRACE(piece);
        EXPECT_EQ(decode(input, piece), expected);
    }
}

TEST(WebSocketDecoder, FailsWithTheCodeThatSaysWhy) {
    struct Row {
        const char* name;
        std::string input;
        int code;
    };
    const auto masked = [](std::string head) { return head + std::string(4, '\0'); };
    const std::array rows{
        Row{"RSV1", client_frame(0xC1, "x"), 1002},
        Row{"RSV2", client_frame(0xA1, "x"), 1002},
        Row{"RSV3", client_frame(0x91, "x"), 1002},
        Row{"unmasked", std::string("\x81\x01x"), 1002},
        Row{"data opcode 3", client_frame(0x83, "x"), 1002},
        Row{"control opcode 11", client_frame(0x8B, "x"), 1002},
        Row{"binary", client_frame(0x82, "x"), 1003},
        Row{"a continuation of nothing", client_frame(0x80, "x"), 1002},
        Row{"a message inside another", client_frame(0x01, "x") + client_frame(0x81, "y"), 1002},
        Row{"a fragmented ping", client_frame(0x09, "x"), 1002},
        Row{"a long ping", client_frame(0x89, std::string(126, 'x')), 1002},
        Row{"16 bits for a short length", masked(std::string("\x81\xfe\x00\x7d", 4)), 1002},
        Row{"64 bits for a short length", masked(std::string("\x81\xff\0\0\0\0\0\0\xff\xff", 10)), 1002},
        Row{"a length with its top bit set", masked(std::string("\x81\xff\x80\0\0\0\0\0\0\0", 10)), 1002},
        Row{"a huge length", masked(std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10)), 1009},
        Row{"one byte too many", client_frame(0x81, std::string(1001, 'x')), 1009},
        Row{"too many bytes in parts", client_frame(0x01, std::string(1000, 'x')) + client_frame(0x80, "x"), 1009},
        Row{"not UTF-8", client_frame(0x81, "\xff"), 1007},
        Row{"half a character", client_frame(0x81, "\xc3"), 1007},
        Row{"half a character in parts", client_frame(0x01, "\xc3") + client_frame(0x80, ""), 1007},
        Row{"a surrogate", client_frame(0x81, "\xed\xa0\x80"), 1007},
        Row{"half a close code", client_frame(0x88, "\x03"), 1002},
        Row{"close code 1005", client_frame(0x88, "\x03\xed"), 1002},
        Row{"close code 1006", client_frame(0x88, "\x03\xee"), 1002},
        Row{"close code 0", client_frame(0x88, std::string(2, '\0')), 1002},
        Row{"close code 2999", client_frame(0x88, "\x0b\xb7"), 1002},
        Row{"close code 5000", client_frame(0x88, "\x13\x88"), 1002},
        Row{"a close reason that is not UTF-8", client_frame(0x88, "\x03\xe8\xff"), 1007},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        for (const std::size_t piece : {std::size_t{1}, row.input.size()}) {
            const auto seen = decode(row.input, piece, 1000);
            ASSERT_FALSE(seen.empty());
            EXPECT_EQ(seen.back().kind, Kind::failed);
            EXPECT_EQ(seen.back().code, row.code);
        }
    }
}

TEST(WebSocketDecoder, FailsInsideAFrameAsSoonAsTheTextIsWrong) {
    auto input = client_frame(0x81, "good \xf4\x90 and then much more that never comes");
    input.resize(6 + 7);
    EXPECT_EQ(decode(input, input.size()).at(0).code, 1007);
}

TEST(WebSocketDecoder, FailsAtTheLengthNotAtTheEndOfAMessageThatIsTooBig) {
    auto input = client_frame(0x81, std::string(1001, 'x'));
    input.resize(8);
    EXPECT_EQ(decode(input, input.size(), 1000).at(0).code, 1009);
}

TEST(WebSocketDecoder, CountsThePartsOfAMessage) {
    std::string input = client_frame(0x01, "");
    for (int i = 0; i < 6; ++i) input += client_frame(0x00, "");
    const auto full = input + client_frame(0x80, "");
    EXPECT_EQ(decode(full, full.size(), 1000, 8).at(0).kind, Kind::message);
    const auto over = input + client_frame(0x00, "") + client_frame(0x80, "");
    EXPECT_EQ(decode(over, over.size(), 1000, 8).at(0).code, 1008);
    // Each message has its own count.
    EXPECT_EQ(decode(full + full, 1, 1000, 8).size(), 2u);
}

TEST(WebSocketDecoder, ReadsNothingBehindAClose) {
    const auto input = client_frame(0x88, "\x03\xe8") + client_frame(0x81, "late");
    const std::vector<Seen> expected{{Kind::close, "", 1000}};
    EXPECT_EQ(decode(input, input.size()), expected);
}

TEST(Unmask, TurnsTheMaskToWhereThePieceBegins) {
    const std::array<char, 4> mask{'\x12', '\x34', '\x56', '\x78'};
    std::string text = "a text that is longer than eight bytes, and not a multiple of four";
    auto masked = text;
    for (std::size_t i = 0; i < masked.size(); ++i) masked[i] = static_cast<char>(masked[i] ^ mask[i % 4]);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        auto copy = masked;
        unmask(copy.data(), cut, mask, 0);
        unmask(copy.data() + cut, copy.size() - cut, mask, cut % 4);
        EXPECT_EQ(copy, text);
    }
}

TEST(WebSocketEncoder, WritesTheShortestLength) {
    const auto head = [](std::size_t size) {
        std::string out;
        append_text_frame(out, std::string(size, 'x'));
        return out.substr(0, out.size() - size);
    };
    EXPECT_EQ(head(0), std::string("\x81\x00", 2));
    EXPECT_EQ(head(125), "\x81\x7d");
    EXPECT_EQ(head(126), std::string("\x81\x7e\x00\x7e", 4));
    EXPECT_EQ(head(65'535), "\x81\x7e\xff\xff");
    EXPECT_EQ(head(65'536), std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10));
}

TEST(WebSocketEncoder, CutsACloseReasonBetweenCharacters) {
    std::string out;
    append_close(out, CloseCode::going_away, std::string(122, 'x') + "\xc3\xa9");
    EXPECT_EQ(out, "\x88\x7c\x03\xe9" + std::string(122, 'x'));
}

}  // namespace
}  // namespace flux::transport
