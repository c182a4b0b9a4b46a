#include "transport/local_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

#include "fakes/loop.hpp"
#include "fakes/temporary_folder.hpp"
#include "fakes/turns.hpp"
#include "served_port.hpp"

namespace flux::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Scene {
    TemporaryFolder folder;
    ToolServer tools;
    std::filesystem::path path = folder.path() / "server.sock";
    LocalRole seen = LocalRole::stdio;

    LocalSocket::Visitors visitors() {
        return [this](LocalRole role) -> Result<admission::Visitor> {
            seen = role;
            return some_visitor();
        };
    }
};

TEST(LocalSocket, LetsAProcessOfTheSameUserAttachAndAsk) {
    Scene scene;
    const auto play = [](Scene& s) -> async::Task<std::string> {
        LocalSocket socket{co_await asio::this_coro::executor, s.path, s.tools.server, s.visitors()};
        const auto started = socket.start();
        EXPECT_TRUE(started);
        struct stat info{};
        EXPECT_EQ(::stat(s.path.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U);

        std::string got;
        {
            auto link = co_await attach(s.path, LocalRole::terminal);
            EXPECT_TRUE(link);
            const auto sent = co_await link->send(call_text("demo_echo", 1, R"({"text":"hello"})"));
            EXPECT_TRUE(sent);
            auto answer = co_await link->receive();
            got = answer ? *answer : answer.error().message;
        }
        co_await socket.drain(1s);
        co_return got;
    };

    EXPECT_THAT(run(play(scene)), HasSubstr("hello"));
    EXPECT_EQ(scene.seen, LocalRole::terminal);
    EXPECT_FALSE(std::filesystem::exists(scene.path));
}

TEST(LocalSocket, SaysWhyItRefuses) {
    Scene scene;
    const auto play = [](Scene& s) -> async::Task<std::string> {
        LocalSocket::Visitors nobody = [](LocalRole) -> Result<admission::Visitor> {
            return fail(Errc::forbidden, "Not today.");
        };
        LocalSocket socket{co_await asio::this_coro::executor, s.path, s.tools.server, std::move(nobody)};
        const auto started = socket.start();
        EXPECT_TRUE(started);
        auto link = co_await attach(s.path, LocalRole::stdio);
        co_await socket.drain(1s);
        co_return link ? "attached" : link.error().message;
    };
    EXPECT_EQ(run(play(scene)), "Not today.");
}

TEST(LocalSocket, RefusesASecondOwnerButNotADeadOnesFile) {
    Scene scene;
    const auto play = [](Scene& s) -> async::Task<> {
        const auto executor = co_await asio::this_coro::executor;
        std::ofstream{s.path} << "left behind";
        LocalSocket first{executor, s.path, s.tools.server, s.visitors()};
        const auto started = first.start();
        EXPECT_TRUE(started);
        LocalSocket second{executor, s.path, s.tools.server, s.visitors()};
        const auto refused = second.start();
        EXPECT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::conflict);
        co_await first.drain(1s);
    };
    run(play(scene));
}

TEST(LocalSocket, IsNotFoundWhereNobodyListens) {
    Scene scene;
    const auto play = [](Scene& s) -> async::Task<bool> {
        auto link = co_await attach(s.path, LocalRole::stdio);
        co_return !link && link.error().code == Errc::not_found;
    };
    EXPECT_TRUE(run(play(scene)));
}

TEST(LocalSocket, RelaysTwoDescriptorsUntilTheInputEnds) {
    Scene scene;
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    ASSERT_EQ(::pipe(in.data()), 0);
    ASSERT_EQ(::pipe(out.data()), 0);
    const auto text = call_text("demo_wait", 1) + "\n" + call_text("demo_echo", 2, R"({"text":"two"})") + "\n";
    ASSERT_EQ(::write(in[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(in[1]);
    scene.tools.witness->release = true;

    const auto play = [](Scene& s, int input, int output) -> async::Task<bool> {
        LocalSocket socket{co_await asio::this_coro::executor, s.path, s.tools.server, s.visitors()};
        const auto started = socket.start();
        EXPECT_TRUE(started);
        auto link = co_await attach(s.path, LocalRole::stdio);
        const auto relayed = co_await relay(std::move(*link), input, output);
        co_await socket.drain(1s);
        co_return relayed.has_value();
    };
    EXPECT_TRUE(run(play(scene, in[0], out[1])));

    ::close(out[1]);
    std::string all(10'000, '\0');
    const auto got = ::read(out[0], all.data(), all.size());
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    EXPECT_THAT(all, HasSubstr("released")) << "what was in flight at the end of input is answered";
    EXPECT_THAT(all, HasSubstr("two"));
    ::close(in[0]);
    ::close(out[0]);
}

}  // namespace
}  // namespace flux::transport
