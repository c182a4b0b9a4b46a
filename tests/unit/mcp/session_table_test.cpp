#include "mcp/session_table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/mcp/example_server.hpp"

namespace flux::mcp {
namespace {

using namespace std::chrono_literals;

struct Fixture {
    explicit Fixture(std::size_t most = 10) : table{{most, 60s, 8, 64 * 1024}, clock} {}

    std::string open(const std::string& principal) { return table.open(principal, Session{introduction})->id(); }

    ManualClock clock;
    ServerOptions options;
    Introduction introduction{options, Catalog{}};
    SessionTable table;
};

TEST(SessionTable, FindsASessionForThePrincipalThatOpenedIt) {
    Fixture f;
    const auto id = f.open("a");

    EXPECT_EQ(f.table.find(id, "a")->id(), id);
    EXPECT_EQ(f.table.find(id, "b"), nullptr);
    EXPECT_EQ(f.table.find("none", "a"), nullptr);
    EXPECT_EQ(f.table.find("", "a"), nullptr);
}

TEST(SessionTable, GivesIdsThatCannotBeGuessed) {
    Fixture f;
    const auto one = f.open("a");
    const auto two = f.open("a");

    EXPECT_NE(one, two);
    EXPECT_GE(one.size(), 32u);
    EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SessionTable, ForgetsWhatWasIdleTooLong) {
    Fixture f;
    const auto idle = f.open("a");
    const auto used = f.open("a");

    f.clock.advance(50s);
    EXPECT_TRUE(f.table.find(used, "a"));
    f.clock.advance(11s);

    EXPECT_FALSE(f.table.find(idle, "a"));
    EXPECT_TRUE(f.table.find(used, "a"));
    EXPECT_EQ(f.table.size(), 1u);
}

TEST(SessionTable, IsNotKeptAliveByStrangers) {
    Fixture f;
    const auto id = f.open("a");

    f.clock.advance(50s);
    EXPECT_FALSE(f.table.find(id, "b"));
    f.clock.advance(11s);

    EXPECT_FALSE(f.table.find(id, "a"));
}

TEST(SessionTable, LetsTheLongestIdleGoWhenItIsFull) {
    Fixture f{2};
    const auto first = f.open("a");
    const auto second = f.open("a");
    EXPECT_TRUE(f.table.find(first, "a"));

    const auto third = f.open("a");

    EXPECT_TRUE(f.table.find(first, "a"));
    EXPECT_FALSE(f.table.find(second, "a"));
    EXPECT_TRUE(f.table.find(third, "a"));
    EXPECT_EQ(f.table.size(), 2u);
}

TEST(SessionTable, LetsNobodyDriveOutTheSessionsOfThoseWhoHaveFewer) {
    Fixture f{4};
    const auto rare = f.open("rare");
    std::vector<std::string> many;
    for (int i = 0; i < 10; ++i) many.push_back(f.open("busy"));

    EXPECT_TRUE(f.table.find(rare, "rare"));
    EXPECT_EQ(f.table.size(), 4u);
    EXPECT_FALSE(f.table.find(many[6], "busy"));
    EXPECT_TRUE(f.table.find(many[7], "busy"));

    const auto other = f.open("other");
    EXPECT_TRUE(f.table.find(rare, "rare"));
    EXPECT_TRUE(f.table.find(other, "other"));
    EXPECT_FALSE(f.table.find(many[8], "busy"));
}

TEST(SessionTable, EndsWhatIsIdleWithoutBeingAsked) {
    Fixture f;
    f.open("a");
    f.open("b");
    f.clock.advance(50s);
    const auto used = f.open("a");

    f.clock.advance(11s);
    EXPECT_EQ(f.table.size(), 3u);
    f.table.end_idle();

    EXPECT_EQ(f.table.size(), 1u);
    EXPECT_TRUE(f.table.find(used, "a"));
}

TEST(SessionTable, TakesAnOpenStreamForUse) {
    Fixture f;
    const auto id = f.open("a");
    asio::io_context context{1};
    const auto outbox = std::make_shared<RecordingOutbox>();
    const auto listener = std::make_shared<Listener>(context.get_executor(), outbox, f.table.find(id, "a"), f.clock);

    f.clock.advance(200s);
    f.table.end_idle();
    EXPECT_EQ(f.table.size(), 1u);

    listener->disconnected();
    f.clock.advance(59s);
    f.table.end_idle();
    EXPECT_EQ(f.table.size(), 1u) << "it was heard until just now";

    f.clock.advance(2s);
    f.table.end_idle();
    EXPECT_EQ(f.table.size(), 0u);
}

TEST(SessionTable, LetsAnIdleOneGoBeforeOneThatIsHeard) {
    Fixture f{3};
    const auto heard = f.open("a");
    const auto idle = f.open("a");
    const auto later = f.open("a");
    asio::io_context context{1};
    const auto outbox = std::make_shared<RecordingOutbox>();
    const auto listener = std::make_shared<Listener>(context.get_executor(), outbox, f.table.find(heard, "a"), f.clock);
    for (const auto& used : {idle, later}) {
        f.clock.advance(1s);
        f.table.find(used, "a");
    }

    f.clock.advance(1s);
    f.open("a");

    EXPECT_TRUE(f.table.find(heard, "a"));
    EXPECT_FALSE(f.table.find(idle, "a"));
    EXPECT_TRUE(f.table.find(later, "a"));
    listener->disconnected();
}

TEST(SessionTable, EndsASessionForItsPrincipalOnly) {
    Fixture f;
    const auto id = f.open("a");

    EXPECT_FALSE(f.table.end(id, "b"));
    EXPECT_TRUE(f.table.end(id, "a"));
    EXPECT_FALSE(f.table.end(id, "a"));
}

TEST(SessionTable, KeepsNoMoreEventsOfAllSessionsThanThereIsRoomFor) {
    Fixture f;
    const auto loud = f.table.open("a", Session{f.introduction});
    const auto other = f.table.open("b", Session{f.introduction});
    const auto add = [](HttpSession& session, std::size_t kibibytes) {
        session.events().add(EventLog::own_stream, std::string(kibibytes * 1024, 'x'));
    };
    const auto keeps = [](HttpSession& session, const char* id) {
        return session.events().resume(id, nullptr).has_value();
    };
    add(*loud, 40);
    add(*other, 20);
    // Whoever speaks when there is no room keeps the less itself.
    add(*loud, 20);
    EXPECT_FALSE(keeps(*loud, "0-0"));
    EXPECT_TRUE(keeps(*loud, "0-1"));
    EXPECT_TRUE(keeps(*other, "0-0"));

    f.table.end(other->id(), "b");
    add(*loud, 40);
    EXPECT_TRUE(keeps(*loud, "0-1")) << "what a session that is over kept is free again";
}

}  // namespace
}  // namespace flux::mcp
