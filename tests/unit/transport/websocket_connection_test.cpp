#include "transport/websocket_connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "served_port.hpp"

namespace flux::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A WebSocket that is open.
struct Opened : TcpClient {
    explicit Opened(const ServedPort& served, int receive_buffer = 0) : TcpClient{served.port(), receive_buffer} {
        send(served.upgrade());
        const auto answer = take_answer(*this, false);
        if (answer.status != 101) throw std::runtime_error{"status " + std::to_string(answer.status)};
    }
};

std::string echo_frame(int id, std::string_view said = "hello") {
    return client_frame(0x81, call_text("demo.echo", id, R"({"text":")" + std::string{said} + "\"}"));
}

TEST(WebSocket, EchoesTheSubprotocolWhenItIsOffered) {
    ServedPort served;
    TcpClient offers{served.port()};
    offers.send(served.upgrade("Sec-WebSocket-Protocol: chat, mcp\r\n"));
    const auto answer = take_answer(offers, false);
    EXPECT_EQ(answer.status, 101);
    EXPECT_EQ(answer.fields.at("Sec-WebSocket-Protocol"), "mcp");
    EXPECT_EQ(answer.fields.at("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    TcpClient silent{served.port()};
    silent.send(served.upgrade(""));
    EXPECT_FALSE(take_answer(silent, false).fields.contains("Sec-WebSocket-Protocol"));
}

TEST(WebSocket, AnswersWhatCameRightBehindTheUpgrade) {
    ServedPort served;
    TcpClient client{served.port()};
    client.send(served.upgrade() + echo_frame(1) + echo_frame(2));
    EXPECT_EQ(take_answer(client, false).status, 101);
    EXPECT_THAT(take_frame(client).payload, HasSubstr("\"id\":1"));
    EXPECT_THAT(take_frame(client).payload, HasSubstr("\"id\":2"));
}

TEST(WebSocket, AnswersMessagesHoweverTheirBytesCome) {
    ServedPort served;
    Opened client{served};
    for (const char c : echo_frame(1)) client.send({&c, 1});
    EXPECT_THAT(take_frame(client).payload, HasSubstr("hello"));

    const auto text = call_text("demo.echo", 2, R"({"text":")" + std::string(200'000, 'x') + "\"}");
    client.send(client_frame(0x01, text.substr(0, 1000)) + client_frame(0x89, "between") +
                client_frame(0x00, text.substr(1000, 100'000)) + client_frame(0x80, text.substr(101'000)));
    const auto pong = take_frame(client);
    EXPECT_EQ(pong.first, 0x8AU);
    EXPECT_EQ(pong.payload, "between");
    EXPECT_THAT(take_frame(client).payload, HasSubstr(std::string(200'000, 'x')));
}

TEST(WebSocket, AnswersManyMessagesAtOnce) {
    ServedPort served;
    Opened client{served};
    std::string all;
    for (int i = 0; i < 500; ++i) all += echo_frame(i);
    client.send(all);
    for (int i = 0; i < 500; ++i) {
        EXPECT_THAT(take_frame(client).payload, HasSubstr("\"id\":" + std::to_string(i)));
    }
}

// They share the window of a loop: those that fit are heard together, the others behind them.
TEST(WebSocket, AnswersManyConnectionsThatSpeakTogether) {
    ServedPort served;
    std::vector<std::unique_ptr<Opened>> clients;
    for (int i = 0; i < 40; ++i) clients.push_back(std::make_unique<Opened>(served));
    for (const std::size_t size : {10U, 3'000U, 50'000U, 10U}) {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i]->send(echo_frame(static_cast<int>(i), std::string(size, static_cast<char>('a' + i % 26))));
        }
        for (std::size_t i = 0; i < clients.size(); ++i) {
            const auto payload = take_frame(*clients[i]).payload;
            EXPECT_THAT(payload, HasSubstr("\"id\":" + std::to_string(i) + ","));
            EXPECT_THAT(payload, HasSubstr(std::string(size, static_cast<char>('a' + i % 26))));
        }
    }
}

TEST(WebSocket, ClosesWithTheCodeThatSaysWhy) {
    auto limits = ServedPort::quick_limits();
    limits.message_parts = 8;
    ServedPort served{{.limits = limits}};
    std::string parts = client_frame(0x01, "");
    for (int i = 0; i < 8; ++i) parts += client_frame(0x00, "");
    struct Row {
        const char* name;
        std::string frames;
        int code;
    };
    const std::array rows{
        Row{"goodbye", client_frame(0x88, "\x03\xe8"), 1000},
        Row{"goodbye without a code", client_frame(0x88, ""), 1000},
        Row{"unmasked", std::string("\x81\x01x"), 1002},
        Row{"binary", client_frame(0x82, "x"), 1003},
        Row{"not UTF-8", client_frame(0x81, "\xff"), 1007},
        Row{"too many parts", parts, 1008},
        Row{"too big", client_frame(0x81, std::string((1 << 20) + 1, 'x')), 1009},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        Opened client{served};
        client.send(row.frames);
        EXPECT_EQ(take_frame(client).close_code(), row.code);
        EXPECT_TRUE(client.is_closed());
    }
}

TEST(WebSocket, RefusesStrangersAsTheirKindExpects) {
    ServedPort served{{.with_token = true}};

    TcpClient offers{served.port()};
    offers.send(served.upgrade());
    EXPECT_EQ(take_answer(offers).status, 401);

    TcpClient old{served.port()};
    old.send(served.upgrade(""));
    EXPECT_EQ(take_answer(old, false).status, 101);
    EXPECT_EQ(take_frame(old).close_code(), 1008);
    EXPECT_TRUE(old.is_closed());

    TcpClient by_query{served.port()};
    by_query.send(served.upgrade("", std::string{"/mcp?token="} + ServedPort::token) + echo_frame(1));
    EXPECT_EQ(take_answer(by_query, false).status, 101);
    EXPECT_THAT(take_frame(by_query).payload, HasSubstr("hello"));

    TcpClient by_header{served.port()};
    by_header.send(served.upgrade(std::string{"Authorization: Bearer "} + ServedPort::token + "\r\n"));
    EXPECT_EQ(take_answer(by_header, false).status, 101);
}

TEST(WebSocket, RefusesTurnsWithoutClosing) {
    ServedPort served{{.turns = 1}};
    Opened client{served};
    client.send(echo_frame(1) + echo_frame(2));
    EXPECT_THAT(take_frame(client).payload, HasSubstr("hello"));
    const auto refused = take_frame(client).payload;
    EXPECT_THAT(refused, HasSubstr("-32000"));
    EXPECT_THAT(refused, HasSubstr("resetAt"));

    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += echo_frame(i);
    client.send(flood);
    auto frame = take_frame(client);
    while (frame.first == 0x81) frame = take_frame(client);
    EXPECT_EQ(frame.close_code(), 1008) << "a flood is cut off";
}

TEST(WebSocket, TellsTheProtocolWhenTheClientGoesAway) {
    ServedPort served;
    {
        Opened client{served};
        client.send(client_frame(0x81, call_text("demo.wait", 1)));
        ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return served.witness->stopped == 1; }));
}

TEST(WebSocket, PingsAndClosesWhoeverIsSilent) {
    auto limits = ServedPort::quick_limits();
    limits.ping_interval = 60ms;
    ServedPort served{{.limits = limits}};
    Opened client{served};
    EXPECT_EQ(take_frame(client).first, 0x89U);
    client.send(client_frame(0x8A, ""));
    EXPECT_EQ(take_frame(client).first, 0x89U);
    EXPECT_TRUE(client.is_closed());
}

TEST(WebSocket, StopsReadingFromWhoeverDoesNotReadAndForgetsNothing) {
    ServedPort served;
    Opened client{served, 4096};
    const std::string said(20'000, 'x');
    // Far more than the buffers between us hold: written by a thread, because the server stops reading on the way.
    std::thread writer{[&] {
        for (int i = 0; i < 400; ++i) client.send(echo_frame(i, said));
    }};
    std::this_thread::sleep_for(100ms);
    for (int i = 0; i < 400; ++i) {
        ASSERT_THAT(take_frame(client).payload, HasSubstr("\"id\":" + std::to_string(i) + ","));
    }
    writer.join();
}

TEST(WebSocket, GivesUpWhoeverNeverReads) {
    auto limits = ServedPort::quick_limits();
    limits.write_time = 100ms;
    ServedPort served{{.limits = limits}};
    Opened client{served, 4096};
    const std::string said(20'000, 'x');
    bool taken = true;
    for (int i = 0; i < 2000 && taken; ++i) taken = client.send(echo_frame(i, said));
    EXPECT_FALSE(taken);
}

TEST(WebSocket, TellsWhoeverReadsTooSlowlyWhyNothingMoreComes) {
    auto limits = ServedPort::quick_limits();
    limits.behind_time = 100ms;
    ServedPort served{{.limits = limits}};
    Opened client{served, 4096};
    const std::string said(20'000, 'x');
    // 6 MB: more than the kernel keeps between us (4 MB), and when that is full, less is to come than a connection that
    // closes lets pass by (4 MiB): who floods it is cut off, and hears no reason.
    constexpr int asked = 300;
    for (int i = 0; i < asked; ++i) ASSERT_TRUE(client.send(echo_frame(i, said)));
    // Reading nothing for twenty times as long as is allowed is what this client does wrong; a server that a sanitizer
    // slows down has filled the kernel's buffers by then too.
    std::this_thread::sleep_for(20 * limits.behind_time);
    // What was answered until then comes whole and in its order, and then the reason.
    int answered = 0;
    auto frame = take_frame(client);
    for (; frame.first == 0x81; frame = take_frame(client)) {
        ASSERT_THAT(frame.payload, HasSubstr("\"id\":" + std::to_string(answered) + ","));
        ++answered;
    }
    while (frame.first == 0x89) frame = take_frame(client);
    EXPECT_EQ(frame.close_code(), 1013);
    EXPECT_GT(answered, 0);
    EXPECT_LT(answered, asked);
    client.finish_sending();
    client.take_all();
}

TEST(WebSocket, ClosesAtItsHardLimitWithTheCodeThatSaysWhy) {
    auto limits = ServedPort::quick_limits();
    limits.outbound_soft = 1 << 30;  // nothing is left out
    limits.outbound_hard = 256 * 1024;
    ServedPort served{{.limits = limits}};
    Opened client{served, 4096};
    client.send(client_frame(0x81, loud_call()));
    ASSERT_TRUE(eventually([&] { return served.witness->stopped == 1; }));
    auto frame = take_frame(client);
    while (frame.first == 0x81) frame = take_frame(client);
    EXPECT_EQ(frame.close_code(), 1013);
    client.finish_sending();
    client.take_all();
}

TEST(WebSocket, SendsAnAnswerThatIsLongerThanWhatMayWait) {
    auto limits = ServedPort::quick_limits();
    limits.outbound_soft = 64;
    limits.outbound_hard = 128;
    ServedPort served{{.limits = limits}};
    Opened client{served};
    for (int id = 0; id < 3; ++id)
        client.send(
            client_frame(0x81, R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/list"})"));
    for (int id = 0; id < 3; ++id) {
        const auto frame = take_frame(client);
        ASSERT_EQ(frame.first, 0x81);
        EXPECT_GT(frame.payload.size(), limits.outbound_hard);
        EXPECT_THAT(frame.payload, HasSubstr("\"id\":" + std::to_string(id) + ","));
    }
}

TEST(WebSocket, ClosesAtShutdownWhenItsCallsAreAnswered) {
    ServedPort served;
    Opened idle{served};
    Opened busy{served};
    busy.send(client_frame(0x81, call_text("demo.wait", 1)));
    ASSERT_TRUE(eventually([&] { return served.witness->begun == 1; }));

    bool clean = false;
    std::thread draining{[&] { clean = served.server().drain(4s); }};
    EXPECT_EQ(take_frame(idle).close_code(), 1001);
    served.witness->release = true;
    EXPECT_THAT(take_frame(busy).payload, HasSubstr("released"));
    EXPECT_EQ(take_frame(busy).close_code(), 1001);
    draining.join();
    // They close only when their peers do, or after a moment.
    EXPECT_TRUE(clean);
}

}  // namespace
}  // namespace flux::transport
