#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "async/task_group.hpp"
#include "fakes/http_peer.hpp"
#include "fakes/loop.hpp"

namespace flux::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

TEST(HttpClient, GivesStatusFieldsAndBody) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(404, "nothing", "X-One:  two \r\nX-One: three\r\n"));
        return true;
    }};
    HttpClient client;

    const auto reply = run(client.send(get(peer.url("/a?b=c"))));

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 404);
    EXPECT_EQ(reply->body, "nothing");
    EXPECT_EQ(reply->field("x-one"), "two");
    EXPECT_THAT(peer.requests().front(), HasSubstr("GET /a?b=c HTTP/1.1\r\n"));
}

TEST(HttpClient, SendsMethodFieldsAndBody) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(200, ""));
        return true;
    }};
    HttpClient client;
    auto request = get(peer.url("/"));
    request.method = "POST";
    request.body = std::string("a\0b", 3);
    request.fields = {{"X-Good", "yes"}, {"X-Split", "a\r\nInjected: b"}};

    ASSERT_TRUE(run(client.send(request)));

    const auto sent = peer.requests().front();
    EXPECT_THAT(sent, HasSubstr("POST / "));
    EXPECT_THAT(sent, HasSubstr("X-Good: yes\r\n"));
    EXPECT_THAT(sent, Not(HasSubstr("Injected")));
    EXPECT_THAT(sent, Not(HasSubstr("Expect:")));
    EXPECT_TRUE(sent.ends_with(request.body));
}

TEST(HttpClient, LeavesRedirectsToTheCaller) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(302, "", "Location: /elsewhere\r\n"));
        return true;
    }};
    HttpClient client;

    const auto reply = run(client.send(get(peer.url("/"))));

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 302);
    EXPECT_EQ(reply->field("location"), "/elsewhere");
    EXPECT_EQ(peer.requests().size(), 1U);
}

TEST(HttpClient, SaysThatARequestWasNotSentWhenNobodyListens) {
    std::string url;
    {
        const HttpPeer peer{[](auto&, const auto&) { return false; }};
        url = peer.url("/");
    }
    HttpClient client;

    const auto reply = run(client.send(get(url)));

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::unavailable);
    EXPECT_EQ(reply.error().reason, not_sent);
}

TEST(HttpClient, SaysThatAnAnswerWasLostWhenTheConnectionEnds) {
    struct Row {
        const char* name;
        std::string_view answer;
    };
    for (const auto& row : {Row{"before the head", ""}, Row{"inside the head", "HTTP/1.1 200 OK\r\nContent-"},
                            Row{"inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}}) {
        SCOPED_TRACE(row.name);
        const HttpPeer peer{[&](auto& socket, const auto&) {
            HttpPeer::write(socket, row.answer);
            return false;
        }};
        HttpClient client;
        auto request = get(peer.url("/"));
        request.method = "POST";
        request.repeatable = false;

        const auto reply = run(client.send(request));

        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().reason, answer_lost);
        EXPECT_EQ(peer.requests().size(), 1U);
    }
}

TEST(HttpClient, NeverRepeatsOnADeadKeptConnectionWhatMustNotHappenTwice) {
    // The first request is answered and the connection kept; the second one dies on it, if it is used.
    std::atomic<int> count = 0;
    const HttpPeer peer{[&](auto& socket, const auto&) {
        if (++count != 1) return false;
        HttpPeer::write(socket, HttpPeer::reply(200, "ok"));
        return true;
    }};
    HttpClient client;
    ASSERT_TRUE(run(client.send(get(peer.url("/")))));
    auto request = get(peer.url("/"));
    request.method = "POST";
    request.repeatable = false;

    const auto reply = run(client.send(request));

    EXPECT_FALSE(reply);
    EXPECT_EQ(peer.requests().size(), 2U);
}

TEST(HttpClient, EndsARequestThatTakesTooLong) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, "HTTP/1.1 200 OK\r\n");
        return true;
    }};
    HttpClient client;
    auto request = get(peer.url("/"));
    request.total_limit = 50ms;

    const auto reply = run(client.send(request));

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::timed_out);
    EXPECT_EQ(reply.error().reason, answer_lost);
}

TEST(HttpClient, RefusesABodyBeyondItsLimit) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(200, std::string(100'000, 'x')));
        return true;
    }};
    HttpClient client;
    auto request = get(peer.url("/"));
    request.body_limit = 1000;

    const auto reply = run(client.send(request));

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::too_large);
}

TEST(HttpClient, RefusesAnEndlessHead) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 5000; ++i) HttpPeer::write(socket, "X-More: " + std::string(100, 'x') + "\r\n");
        return false;
    }};
    HttpClient client;

    const auto reply = run(client.send(get(peer.url("/"))));

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::too_large);
}

TEST(HttpClient, ConnectsToNoPrivateAddressWhereOnlyPublicOnesAreAllowed) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(200, ""));
        return true;
    }};
    HttpClient client;
    auto port = peer.url("/").substr(std::string_view{"http://127.0.0.1"}.size());
    for (const auto* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"}) {
        SCOPED_TRACE(host);
        auto request = get("http://" + std::string{host} + port);
        request.reach = Reach::public_only;

        const auto reply = run(client.send(request));

        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, Errc::forbidden);
        EXPECT_EQ(reply.error().reason, address_refused);
    }
    EXPECT_EQ(peer.connections(), 0);
}

TEST(HttpClient, KeepsNoMoreThanItsLimitInFlight) {
    std::mutex mutex;
    std::condition_variable changed;
    int inside = 0;
    int most = 0;
    const HttpPeer peer{[&](auto& socket, const auto&) {
        {
            std::unique_lock lock{mutex};
            most = std::max(most, ++inside);
            changed.notify_all();
            changed.wait_for(lock, 20ms, [&] { return inside > 2; });
        }
        {
            // Out before the answer: the next request may come with it.
            const std::scoped_lock lock{mutex};
            --inside;
        }
        HttpPeer::write(socket, HttpPeer::reply(200, "ok"));
        return true;
    }};
    HttpClient client{HttpClientOptions{.at_once = 2, .waiting = 100, .certificate_file = {}}};
    asio::io_context context{1};
    int answered = 0;
    for (int i = 0; i < 10; ++i) {
        asio::co_spawn(context.get_executor(), client.send(get(peer.url("/"))),
                       [&](std::exception_ptr, Result<HttpReply> reply) { answered += reply ? 1 : 0; });
    }
    context.run();

    EXPECT_EQ(answered, 10);
    EXPECT_LE(most, 2);
}

TEST(HttpClient, RefusesWhatFindsNoRoomToWait) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(200, "ok"));
        return true;
    }};
    HttpClient client{HttpClientOptions{.at_once = 1, .waiting = 0, .certificate_file = {}}};

    const auto reply = run(client.send(get(peer.url("/"))));

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().reason, not_sent);
    EXPECT_TRUE(reply.error().retry_after);
}

async::Task<std::size_t> read_all(std::unique_ptr<HttpDownload>& download) {
    std::size_t total = 0;
    while (true) {
        auto piece = co_await download->read();
        if (!piece || piece->empty()) co_return total;
        total += piece->size();
    }
}

TEST(HttpDownload, HoldsTheOtherSideBackWhileNobodyReads) {
    constexpr std::size_t size = std::size_t{64} * 1024 * 1024;
    std::atomic<std::size_t> written = 0;
    const HttpPeer peer{[&](auto& socket, const auto&) {
        HttpPeer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        const std::string piece(64 * 1024, 'x');
        while (written < size) {
            HttpPeer::write(socket, piece);
            written += piece.size();
        }
        return true;
    }};
    HttpClient client;
    auto download = run(client.open(get(peer.url("/"))));
    ASSERT_TRUE(download);
    // It stands still once every buffer on the way is full.
    for (std::size_t before = 1; before != written;) {
        before = written;
        std::this_thread::sleep_for(200ms);
    }
    EXPECT_LT(written, size);

    EXPECT_EQ(run(read_all(*download)), size);
}

TEST(HttpDownload, HandsOutWhatCameBeforeTheFailure) {
    const HttpPeer peer{[](auto& socket, const auto&) {
        HttpPeer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        return false;
    }};
    HttpClient client;
    auto download = run(client.open(get(peer.url("/"))));
    ASSERT_TRUE(download);

    std::string text;
    auto piece = run((*download)->read());
    while (piece && !piece->empty()) {
        text += *piece;
        piece = run((*download)->read());
    }

    EXPECT_EQ(text, "abc");
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().reason, answer_lost);
}

TEST(HttpClient, ACancelledTaskTakesItsRequestAlong) {
    const HttpPeer peer{[](auto&, const auto&) { return true; }};
    HttpClient client{HttpClientOptions{.at_once = 1, .waiting = 10, .certificate_file = {}}};
    asio::io_context context{1};
    async::TaskGroup group{context.get_executor(), [](std::exception_ptr) {}};
    const auto send = [](HttpClient& to, HttpRequest request) -> async::Task<> {
        co_await to.send(std::move(request));
    };
    group.start(send(client, get(peer.url("/"))));
    context.run_for(100ms);

    group.cancel();
    context.restart();
    context.run();

    // The one place is free again.
    const HttpPeer other{[](auto& socket, const auto&) {
        HttpPeer::write(socket, HttpPeer::reply(200, "ok"));
        return true;
    }};
    EXPECT_TRUE(run(client.send(get(other.url("/")))));
}

}  // namespace
}  // namespace flux::net
