#include "mcp/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flux::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Hearing final : EventSink {
    void deliver(Event event) override { heard.push_back(event.id + " " + event.message); }
    void finish() override { open = false; }
    bool is_open() const override { return open; }

    std::vector<std::string> heard;
    bool open = true;
};

std::shared_ptr<EventRoom> room() { return std::make_shared<EventRoom>(1 << 20); }

std::vector<std::string> missed(const std::optional<EventLog::Rest>& rest) {
    std::vector<std::string> out;
    if (!rest) return {"nothing of the kind"};
    for (const auto& event : rest->events) out.push_back(event.id + " " + event.message);
    return out;
}

TEST(EventLog, TellsTheRestOfOneStreamOnly) {
    EventLog log{true, {}, room()};
    const auto sink = std::make_shared<Hearing>();
    const auto one = log.open();
    const auto two = log.open();
    log.add(one, "a");
    log.add(two, "b");
    log.add(one, "c");

    const auto rest = log.resume("1-1", sink);

    EXPECT_THAT(missed(rest), ElementsAre("1-2 c"));
    EXPECT_FALSE(rest->over);
    log.add(two, "d");
    log.add(one, "e");
    log.close(one, "f");
    EXPECT_THAT(sink->heard, ElementsAre("1-3 e", "1-4 f"));
    EXPECT_FALSE(sink->open);
}

TEST(EventLog, SaysThatAStreamGoesOnElsewhere) {
    EventLog log{true, {}, room()};
    const auto stream = log.open();
    EXPECT_FALSE(log.add(stream, "a").resumed);
    EXPECT_FALSE(log.is_resumed(stream));

    auto sink = std::make_shared<Hearing>();
    EXPECT_TRUE(log.resume("1-0", sink));
    sink.reset();

    EXPECT_TRUE(log.is_resumed(stream));
    EXPECT_TRUE(log.add(stream, "b").resumed) << "even if whoever came back has gone again";
    EXPECT_TRUE(log.close(stream, "c").resumed);
}

TEST(EventLog, KeepsAnEndedStreamForWhoComesLater) {
    EventLog log{true, {}, room()};
    const auto stream = log.open();
    log.close(stream, "answer");

    const auto rest = log.resume(EventLog::first_id(stream), std::make_shared<Hearing>());

    EXPECT_THAT(missed(rest), ElementsAre("1-1 answer"));
    EXPECT_TRUE(rest->over);
}

TEST(EventLog, KnowsNoIdsThatItDidNotGive) {
    EventLog log{true, {}, room()};
    const auto sink = std::make_shared<Hearing>();
    log.add(log.open(), "a");

    for (const auto* id : {"", "1", "1-", "-1", "1-2", "2-0", "1-1x", "x-1", "1--1", "99999999999999999999-1"}) {
        EXPECT_FALSE(log.resume(id, sink)) << id;
    }
}

TEST(EventLog, DropsTheOldestAndSaysSoToWhoAsksForIt) {
    EventLog log{true, {.events = 3, .bytes = 10}, room()};
    const auto sink = std::make_shared<Hearing>();
    for (int i = 0; i < 5; ++i) log.add(EventLog::own_stream, "m");

    EXPECT_FALSE(log.resume("0-1", sink));
    EXPECT_THAT(missed(log.resume("0-2", sink)), ElementsAre("0-3 m", "0-4 m", "0-5 m"));

    log.add(EventLog::own_stream, std::string(9, 'x'));
    EXPECT_FALSE(log.resume("0-3", sink));
    EXPECT_THAT(missed(log.resume("0-6", sink)), IsEmpty());
}

TEST(EventLog, HasOneListenerForItsOwnStream) {
    EventLog log{false, {}, room()};
    const auto first = std::make_shared<Hearing>();
    const auto second = std::make_shared<Hearing>();

    EXPECT_TRUE(log.follow_own(first));
    EXPECT_FALSE(log.follow_own(second));
    log.add(EventLog::own_stream, "a");
    first->open = false;
    EXPECT_TRUE(log.follow_own(second));
    log.add(EventLog::own_stream, "b");
    log.end();

    EXPECT_THAT(first->heard, ElementsAre("0-1 a"));
    EXPECT_THAT(second->heard, ElementsAre("0-2 b"));
    EXPECT_FALSE(second->open);
}

TEST(EventLog, GivesBackWhatItTookOfTheCommonRoom) {
    const auto shared = std::make_shared<EventRoom>(3000);
    {
        EventLog log{true, {.own_bytes = 1000}, shared};
        log.add(EventLog::own_stream, std::string(2000, 'x'));
        EXPECT_GE(shared->taken(), 2000u);
        log.add(EventLog::own_stream, std::string(1500, 'y'));
        EXPECT_LT(shared->taken(), 2000u) << "the older one has gone";
        EXPECT_FALSE(log.resume("0-0", nullptr));
        EXPECT_TRUE(log.resume("0-1", nullptr));
        log.add(EventLog::own_stream, std::string(4000, 'z'));
        EXPECT_EQ(shared->taken(), 0u) << "what has no place at all is only told";
        log.add(EventLog::own_stream, "abc");
        log.end();
        EXPECT_EQ(shared->taken(), 0u);
        log.add(EventLog::own_stream, "abc");
    }
    EXPECT_EQ(shared->taken(), 0u);
}

TEST(EventLog, KeepsALittleWhereOthersUsedUpTheRoom) {
    const auto shared = std::make_shared<EventRoom>(3000);
    EventLog others{true, {.own_bytes = 1000}, shared};
    others.add(EventLog::own_stream, std::string(2900, 'x'));

    EventLog log{true, {.own_bytes = 1000}, shared};
    const auto stream = log.open();
    log.close(stream, "answer");
    EXPECT_THAT(missed(log.resume(EventLog::first_id(stream), nullptr)), ElementsAre("1-1 answer"));
    for (int i = 0; i < 100; ++i) log.add(EventLog::own_stream, std::string(100, 'y'));
    EXPECT_LT(shared->taken(), 2900u + 1000u + 200u);
}

}  // namespace
}  // namespace flux::mcp
