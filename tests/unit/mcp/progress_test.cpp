#include "mcp/progress.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "fakes/manual_clock.hpp"
#include "fakes/recording_outbox.hpp"

namespace flux::mcp {
namespace {

using namespace std::chrono_literals;

struct Fixture {
    explicit Fixture(Revision revision = Revision::november_2025, std::string token = "7") {
        scope.revision = revision;
        scope.progress_token = std::move(token);
    }

    RequestScope scope;
    ManualClock clock;
    std::shared_ptr<RecordingOutbox> outbox = std::make_shared<RecordingOutbox>();
    Reply reply{outbox, Reply::Carrier::stream};
};

TEST(Progress, IsANotificationWithTheTokenOfTheRequest) {
    Fixture f{Revision::november_2025, "\"t\""};
    Progress progress{f.scope, f.clock, 100ms};

    progress.tell(f.reply, 1, 4, "checking out");

    ASSERT_EQ(f.outbox->sent.size(), 1u);
    EXPECT_EQ(f.outbox->sent[0], R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
                                 R"({"progressToken":"t","progress":1,"total":4,"message":"checking out"}})");
}

TEST(Progress, HasNoMessageBeforeTheRevisionThatBroughtIt) {
    Fixture f{Revision::november_2024};
    Progress progress{f.scope, f.clock, 100ms};

    progress.tell(f.reply, 0.5, {}, "checking out");

    EXPECT_EQ(f.outbox->sent.at(0),
              R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":0.5}})");
}

TEST(Progress, IsSilentWithoutAToken) {
    Fixture f{Revision::november_2025, ""};
    Progress progress{f.scope, f.clock, 100ms};

    progress.tell(f.reply, 1, {}, "");

    EXPECT_TRUE(f.outbox->sent.empty());
}

TEST(Progress, GrowsStrictly) {
    Fixture f;
    Progress progress{f.scope, f.clock, 0ms};

    for (const double done : {1.0, 1.0, 0.5, std::numeric_limits<double>::quiet_NaN(), 2.0}) {
        progress.tell(f.reply, done, {}, "");
        f.clock.advance(1s);
    }

    EXPECT_EQ(f.outbox->sent.size(), 2u);
}

TEST(Progress, LeavesOutWhatComesTooEarly) {
    Fixture f;
    Progress progress{f.scope, f.clock, 100ms};

    progress.tell(f.reply, 1, {}, "");
    f.clock.advance(99ms);
    progress.tell(f.reply, 2, {}, "");
    f.clock.advance(1ms);
    progress.tell(f.reply, 3, {}, "");

    EXPECT_EQ(f.outbox->sent.size(), 2u);
}

TEST(Progress, SparesAPeerThatReadsSlowly) {
    Fixture f;
    Progress progress{f.scope, f.clock, 0ms};
    f.outbox->slow = true;

    progress.tell(f.reply, 1, {}, "");
    f.outbox->slow = false;
    progress.tell(f.reply, 2, {}, "");

    EXPECT_EQ(f.outbox->sent.size(), 1u);
}

}  // namespace
}  // namespace flux::mcp
