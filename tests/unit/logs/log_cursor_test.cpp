#include "logs/log_cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace flux::logs {
namespace {

TEST(LogCursor, ComesBackAsItWas) {
    const LogCursor cursor{.run = 12, .attempt = 2, .next = {{7, 1}, {9, 4001}}};

    const auto back = LogCursor::decode(cursor.encode(), 12);

    ASSERT_TRUE(back);
    EXPECT_EQ(back->attempt, 2);
    EXPECT_EQ(back->next, cursor.next);
    EXPECT_EQ(back->next_line(9), 4001);
    EXPECT_EQ(back->next_line(8), 1);
}

TEST(LogCursor, KeepsTransitionsApartFromLines) {
    const LogCursor both{.run = 12, .attempt = 1, .next = {{7, 300}, {9, 1}}, .transitions = {{8, 5}, {9, 400}}};
    const LogCursor steps_alone{.run = 12, .attempt = 1, .transitions = {{7, 3}}};
    const LogCursor lines_alone{.run = 12, .attempt = 1, .next = {{7, 3}}};

    for (const auto& cursor : {both, steps_alone, lines_alone}) {
        const auto back = LogCursor::decode(cursor.encode(), 12);
        ASSERT_TRUE(back);
        EXPECT_EQ(*back, cursor);
    }
    EXPECT_NE(steps_alone.encode(), lines_alone.encode());
}

TEST(LogCursor, KnowsOfStretchesOfJobsThatWereReadToTheirEnd) {
    const LogCursor cursor{.run = 12,
                           .attempt = 1,
                           .next = {{42, 7}},
                           .read = {{10, 40}, {43, 43}, {1'000'000'000'000, 1'000'000'000'900}},
                           .transitions = {{44, 2}}};

    const auto back = LogCursor::decode(cursor.encode(), 12);

    ASSERT_TRUE(back);
    EXPECT_EQ(*back, cursor);
    EXPECT_LT(cursor.encode().size(), 50U);
    constexpr auto beyond = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t job : {10, 25, 40, 43}) EXPECT_EQ(back->next_line(job), beyond) << job;
    EXPECT_EQ(back->next_line(1'000'000'000'450), beyond);
    for (const std::int64_t job : {9, 41, 44}) EXPECT_EQ(back->next_line(job), 1) << job;
    EXPECT_EQ(back->next_line(42), 7);
}

TEST(LogCursor, IsRefusedOnAnotherRun) {
    const LogCursor cursor{.run = 12, .attempt = 1};

    const auto foreign = LogCursor::decode(cursor.encode(), 13);

    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().reason, "cursor_mismatch");
    EXPECT_NE(foreign.error().message.find("run 12"), std::string::npos);
}

TEST(LogCursor, RefusesWhatIsNoCursor) {
    for (const auto* text : {"", "12", "log1", "log1.12", "log2.12.1", "log1.12.1.", "log1.12.1.7", "log1.12.1.7-0",
                             "log1.12.1.7-x", "log1.12.-1", "log1.12.99999999999", "log1.12.1.7-1-2"}) {
        SCOPED_TRACE(text);

        const auto cursor = LogCursor::decode(text, 12);

        ASSERT_FALSE(cursor);
        EXPECT_EQ(cursor.error().reason, "cursor_damaged");
    }
}

}  // namespace
}  // namespace flux::logs
