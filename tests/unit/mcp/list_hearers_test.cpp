#include "mcp/list_hearers.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

namespace flux::mcp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// Runs what is due on `loop`, and what becomes due within the pause between two tellings.
void settle(asio::io_context& loop) {
    loop.restart();
    loop.run_for(30ms);
}

struct Hearer {
    Announce announce() {
        return [this](std::string_view message) {
            if (slow) return false;
            heard.emplace_back(message);
            return true;
        };
    }
    bool slow = false;
    std::vector<std::string> heard;
};

class ListHearersTest : public testing::Test {
protected:
    asio::io_context loop_{1};
    std::shared_ptr<async::Changes> tools_ = std::make_shared<async::Changes>();
    std::shared_ptr<async::Changes> prompts_ = std::make_shared<async::Changes>();
    ListHearers hearers_{{{"tools", tools_}, {"prompts", prompts_}}, 1ms};
    Hearer first_;
    Hearer second_;
};

TEST_F(ListHearersTest, TellsEachHearerOfEachListThatChanged) {
    tools_->bump();
    const auto first = hearers_.add(loop_.get_executor(), first_.announce());
    const auto second = hearers_.add(loop_.get_executor(), second_.announce());
    settle(loop_);
    EXPECT_THAT(first_.heard, IsEmpty());

    tools_->bump();
    settle(loop_);
    prompts_->bump();
    settle(loop_);

    EXPECT_THAT(first_.heard, ElementsAre("tools", "prompts"));
    EXPECT_THAT(second_.heard, ElementsAre("tools", "prompts"));
}

TEST_F(ListHearersTest, TellsASlowOneLaterAndTheOthersOnce) {
    const auto first = hearers_.add(loop_.get_executor(), first_.announce());
    const auto second = hearers_.add(loop_.get_executor(), second_.announce());
    second_.slow = true;
    tools_->bump();
    settle(loop_);
    EXPECT_THAT(first_.heard, ElementsAre("tools"));
    EXPECT_THAT(second_.heard, IsEmpty());

    second_.slow = false;
    settle(loop_);

    EXPECT_THAT(first_.heard, ElementsAre("tools"));
    EXPECT_THAT(second_.heard, ElementsAre("tools"));
}

TEST_F(ListHearersTest, ForgetsWhoHasGoneEvenWhileHeIsWaitedFor) {
    auto first = hearers_.add(loop_.get_executor(), first_.announce());
    const auto second = hearers_.add(loop_.get_executor(), second_.announce());
    first_.slow = true;
    tools_->bump();
    settle(loop_);

    first.reset();
    settle(loop_);
    tools_->bump();
    settle(loop_);

    EXPECT_THAT(first_.heard, IsEmpty());
    EXPECT_THAT(second_.heard, ElementsAre("tools", "tools"));
}

TEST_F(ListHearersTest, KeepsNoMoreEntriesThanThereAreHearers) {
    for (int i = 0; i < 10'000; ++i) hearers_.add(loop_.get_executor(), first_.announce());
    const auto second = hearers_.add(loop_.get_executor(), second_.announce());

    tools_->bump();
    settle(loop_);

    EXPECT_THAT(first_.heard, IsEmpty());
    EXPECT_THAT(second_.heard, ElementsAre("tools"));
}

TEST_F(ListHearersTest, HearsAgainOnALoopThatCameInThePlaceOfAnother) {
    auto loop = std::make_unique<asio::io_context>(1);
    const auto first = hearers_.add(loop->get_executor(), first_.announce());
    settle(*loop);
    std::destroy_at(loop.get());
    std::construct_at(loop.get(), 1);
    const auto second = hearers_.add(loop->get_executor(), second_.announce());

    tools_->bump();
    settle(*loop);

    EXPECT_THAT(second_.heard, ElementsAre("tools"));
}

}  // namespace
}  // namespace flux::mcp
