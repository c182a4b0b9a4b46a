#include "transport/connection.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/file_descriptor.hpp"
#include "fakes/socket_pair.hpp"

namespace flux::transport {
namespace {

/// Does with its input what the test says.
class Talker final : public Connection {
public:
    Talker(Loop& loop, SocketPair ends) : Connection{loop, std::move(ends.near)}, far_{std::move(ends.far)} {}

    void drain() override {}
    void say(std::size_t count, char c = 'x') const {
        const std::string bytes(count, c);
        ASSERT_EQ(::write(far_.get(), bytes.data(), count), static_cast<ssize_t>(count));
    }
    std::string hear() const {
        std::string heard(4096, '\0');
        const auto got = ::read(far_.get(), heard.data(), heard.size());
        heard.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return heard;
    }
    void finish() { close_when_sent(); }
    using Connection::out;

    std::function<std::size_t(std::string_view)> take = [](std::string_view) { return 0; };
    std::string taken;

private:
    std::size_t consume(char* data, std::size_t size) override {
        const auto used = take({data, size});
        taken.append(data, used);
        return used;
    }
    void ended() override {}

    FileDescriptor far_;
};

class ConnectionTest : public testing::Test {
protected:
    void TearDown() override {
        loop.cut();
        turn();
    }

    void turn() {
        context.restart();
        context.run_for(std::chrono::milliseconds{20});
    }

    std::shared_ptr<Talker> talker() {
        auto made = std::make_shared<Talker>(loop, SocketPair{});
        made->serve();
        return made;
    }

    asio::io_context context{1};
    Loop loop{context.get_executor(), {}};
};

TEST_F(ConnectionTest, ThatClosesWithMuchKeptReadsBesideOthers) {
    const auto keeper = talker();
    const auto other = talker();
    // It keeps nearly a whole window, as with requests that wait for an answer.
    for (const auto part : {60'000, 60'000}) {
        keeper->say(static_cast<std::size_t>(part));
        turn();
    }
    keeper->finish();
    turn();

    // Both are ready at once, and the other one has a part of the window already.
    other->take = [](std::string_view bytes) { return bytes.size(); };
    other->say(40'000, 'a');
    keeper->say(60'000);
    turn();

    EXPECT_EQ(other->taken, std::string(40'000, 'a'));
}

TEST_F(ConnectionTest, TakesUpEachItsOwnOfWhatWasReadTogether) {
    std::array<std::shared_ptr<Talker>, 3> talkers{talker(), talker(), talker()};
    for (std::size_t i = 0; i < talkers.size(); ++i) {
        auto& talker = *talkers[i];
        // All but the last byte, which comes again in front of what follows it.
        talker.take = [&talker](std::string_view bytes) {
            talker.out() += bytes.substr(0, bytes.size() - 1);
            return bytes.size() - 1;
        };
    }
    for (const char* round : {"first", "second"}) {
        for (std::size_t i = 0; i < talkers.size(); ++i) talkers[i]->say(10, round[i]);
        turn();
    }
    EXPECT_EQ(talkers[0]->hear(), std::string(10, 'f') + std::string(9, 's'));
    EXPECT_EQ(talkers[1]->hear(), std::string(10, 'i') + std::string(9, 'e'));
    EXPECT_EQ(talkers[2]->hear(), std::string(10, 'r') + std::string(9, 'c'));
}

TEST_F(ConnectionTest, ThatAnothersMessageCutsTakesUpNothing) {
    const auto first = talker();
    const auto second = talker();
    bool asked = false;
    // Whichever comes first ends the other, whose bytes were read already.
    const auto ending = [&](Talker& other) {
        return [&](std::string_view bytes) {
            EXPECT_FALSE(std::exchange(asked, true));
            other.cut();
            return bytes.size();
        };
    };
    first->take = ending(*second);
    second->take = ending(*first);
    first->say(10);
    second->say(10);
    turn();
    EXPECT_EQ(first->taken.size() + second->taken.size(), 10U);

    const auto third = talker();
    third->take = [](std::string_view bytes) { return bytes.size(); };
    third->say(100);
    turn();
    EXPECT_EQ(third->taken.size(), 100U);
}

TEST_F(ConnectionTest, ThatThrowsIsCutAndTheOthersGoOn) {
    const auto bad = talker();
    const auto good = talker();
    bad->take = [](std::string_view) -> std::size_t { throw std::bad_alloc{}; };
    good->take = [&](std::string_view bytes) {
        good->out() += bytes;
        return bytes.size();
    };
    bad->say(10);
    good->say(10, 'g');
    turn();
    EXPECT_EQ(good->hear(), std::string(10, 'g'));
    good->say(10, 'h');
    turn();
    EXPECT_EQ(good->hear(), std::string(10, 'h'));
}

}  // namespace
}  // namespace flux::transport
