#include "mcp/change_feed.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace flux::mcp {
namespace {

struct Watched {
    struct Part {
        async::Changes changes;
    };
    asio::io_context context{1};
    std::shared_ptr<Part> part = std::make_shared<Part>();
    std::unique_ptr<ChangeFeed> feed = feed_of({part, &part->changes});
    int told = 0;

    async::Task<> follow() {
        for (;;) {
            auto next = feed->next();
            const bool changed = co_await std::move(next);
            if (!changed) co_return;
            ++told;
        }
    }
    void run() {
        context.restart();
        context.poll();
    }
};

TEST(ChangeFeed, TellsOfEveryChangeSinceItWasMade) {
    Watched watched;
    watched.part->changes.bump();
    const auto ended = [](std::exception_ptr) {};
    asio::co_spawn(watched.context, watched.follow(), ended);

    watched.run();
    EXPECT_EQ(watched.told, 1);

    watched.part->changes.bump();
    watched.part->changes.bump();
    watched.run();
    EXPECT_EQ(watched.told, 2) << "two changes that nobody looked between are one";

    watched.part->changes.bump();
    watched.run();
    EXPECT_EQ(watched.told, 3);
}

}  // namespace
}  // namespace flux::mcp
