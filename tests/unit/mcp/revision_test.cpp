#include "mcp/revision.hpp"

#include <gtest/gtest.h>

namespace flux::mcp {
namespace {

TEST(Revision, HasANameThatLeadsBackToIt) {
    for (const auto revision : {Revision::november_2024, Revision::march_2025, Revision::june_2025,
                                Revision::november_2025, Revision::july_2026}) {
        EXPECT_EQ(revision_named(name_of(revision)), revision);
    }
    EXPECT_EQ(name_of(Revision::november_2025), "2025-11-25");
    EXPECT_EQ(revision_named("2024-10-07"), std::nullopt);
    EXPECT_EQ(revision_named(""), std::nullopt);
}

TEST(Revision, ComparesByAge) {
    EXPECT_LT(Revision::march_2025, Revision::june_2025);
    EXPECT_LT(newest_with_handshake, first_stateless);
}

}  // namespace
}  // namespace flux::mcp
