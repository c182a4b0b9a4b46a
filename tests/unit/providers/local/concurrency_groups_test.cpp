#include "providers/local/concurrency_groups.hpp"

#include <gtest/gtest.h>

namespace flux::providers::local {
namespace {

TEST(ConcurrencyGroups, LetOneRunGoOnAndOneWait) {
    ConcurrencyGroups groups;

    EXPECT_TRUE(groups.enter("pages", 1, false).starts);
    EXPECT_FALSE(groups.enter("Pages", 2, false).starts);
    EXPECT_TRUE(groups.enter("other", 3, false).starts);
    EXPECT_EQ(groups.leave(1), 2);
    EXPECT_FALSE(groups.leave(2));
    EXPECT_TRUE(groups.enter("pages", 4, false).starts);
}

TEST(ConcurrencyGroups, ReplaceTheOneThatWaits) {
    ConcurrencyGroups groups;
    groups.enter("pages", 1, false);
    groups.enter("pages", 2, false);

    const auto turn = groups.enter("pages", 3, false);

    EXPECT_EQ(turn.overtaken, 2);
    EXPECT_FALSE(turn.superseded);
    EXPECT_FALSE(groups.leave(2));
    EXPECT_EQ(groups.leave(1), 3);
}

TEST(ConcurrencyGroups, CancelTheOneThatRunsWhereTheWorkflowSaysSo) {
    ConcurrencyGroups groups;
    groups.enter("pages", 1, true);

    EXPECT_EQ(groups.enter("pages", 2, true).superseded, 1);
    EXPECT_EQ(groups.leave(1), 2);
}

TEST(ConcurrencyGroups, ForgetARunThatWaitedInVain) {
    ConcurrencyGroups groups;
    groups.enter("pages", 1, false);
    groups.enter("pages", 2, false);

    EXPECT_FALSE(groups.leave(2));

    EXPECT_FALSE(groups.leave(1));
}

}  // namespace
}  // namespace flux::providers::local
