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
    std::shared_ptr<const Announce> announce() {
        return std::make_shared<const Announce>([this](std::string_view message) {
            if (slow) return false;
            heard.emplace_back(message);
            return true;
        });
    }
    bool slow = false;
    std::vector<std::string> heard;
};

class ListHearersTest : public testing::Test {
protected:
    std::shared_ptr<const Announce> join(Hearer& hearer) {
        auto announce = hearer.announce();
        hearers_.add(loop_.get_executor(), announce);
        return announce;
    }

    asio::io_context loop_{1};
    std::shared_ptr<async::Changes> tools_ = std::make_shared<async::Changes>();
    std::shared_ptr<async::Changes> prompts_ = std::make_shared<async::Changes>();
    ListHearers hearers_{{{"tools", tools_}, {"prompts", prompts_}}, 1ms};
    Hearer first_;
    Hearer second_;
};

TEST_F(ListHearersTest, LeavesNothingOnALoopThatIsToEnd) {
    const auto first = join(first_);
    settle(loop_);

    hearers_.end();
    const auto too_late = join(second_);
    loop_.restart();
    loop_.run_for(5s);

    EXPECT_TRUE(loop_.stopped()) << "it waits for changes";
}

TEST_F(ListHearersTest, FollowsNothingOnALoopThatComesAfterTheEnd) {
    hearers_.end();
    const auto too_late = join(first_);
    loop_.run_for(5s);

    EXPECT_TRUE(loop_.stopped()) << "it waits for changes";
}

TEST_F(ListHearersTest, TellsEachHearerOfEachListThatChanged) {
    tools_->bump();
    const auto first = join(first_);
    const auto second = join(second_);
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
    const auto first = join(first_);
    const auto second = join(second_);
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
    auto first = join(first_);
    const auto second = join(second_);
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
    for (int i = 0; i < 10'000; ++i) join(first_);
    const auto second = join(second_);

    tools_->bump();
    settle(loop_);

    EXPECT_THAT(first_.heard, IsEmpty());
    EXPECT_THAT(second_.heard, ElementsAre("tools"));
}

TEST_F(ListHearersTest, HearsAgainOnALoopThatCameInThePlaceOfAnother) {
    auto loop = std::make_unique<asio::io_context>(1);
    const auto first = first_.announce();
    hearers_.add(loop->get_executor(), first);
    settle(*loop);
    std::destroy_at(loop.get());
    std::construct_at(loop.get(), 1);
    const auto second = second_.announce();
    hearers_.add(loop->get_executor(), second);

    tools_->bump();
    settle(*loop);

    EXPECT_THAT(second_.heard, ElementsAre("tools"));
}

}  // namespace
}  // namespace flux::mcp
