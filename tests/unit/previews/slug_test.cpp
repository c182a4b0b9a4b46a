#include "previews/slug.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>

namespace flux::previews {
namespace {

using testing::MatchesRegex;

TEST(Slug, KeepsANameThatIsALabel) {
    EXPECT_EQ(slug_of("main"), "main");
    EXPECT_EQ(slug_of("release-2"), "release-2");
}

TEST(Slug, MarksANameThatHadToBeChanged) {
    EXPECT_THAT(slug_of("feature/Login"), MatchesRegex("feature-login-[0-9a-f]{8}"));
    EXPECT_THAT(slug_of("_"), MatchesRegex("branch-[0-9a-f]{8}"));
    EXPECT_THAT(slug_of("-main-"), MatchesRegex("main-[0-9a-f]{8}"));
    EXPECT_THAT(slug_of("xn--nxasmq6b"), MatchesRegex("xn-nxasmq6b-[0-9a-f]{8}"));
    EXPECT_THAT(slug_of(""), MatchesRegex("branch-[0-9a-f]{8}"));
    EXPECT_EQ(slug_of(std::string(300, 'a')).size(), 63U);
}

TEST(Slug, IsNeverAnotherBranchsOrASitesName) {
    EXPECT_NE(slug_of("feature/login"), slug_of("feature-login"));
    EXPECT_NE(slug_of("Main"), slug_of("main"));
    EXPECT_NE(slug_of(slug_of("feature/login")), slug_of("feature/login"));
    EXPECT_FALSE(looks_like_site_id(slug_of("r12-0123456789")));
    EXPECT_TRUE(is_label(slug_of("R" + std::string(80, '1'))));
    EXPECT_THAT(slug_of("R12"), MatchesRegex("branch-r12-[0-9a-f]{8}"));
    EXPECT_NE(slug_of(std::string(64, 'a')), slug_of(std::string(65, 'a')));
}

TEST(Slug, IsAlwaysALabel) {
    std::mt19937 random{3};
    for (int round = 0; round < 20'000; ++round) {
        std::string branch(random() % 80, '\0');
        for (auto& c : branch) c = random() % 2 == 0 ? static_cast<char>(random()) : "aB-/_.9"[random() % 7];
        ASSERT_TRUE(is_label(slug_of(branch))) << testing::PrintToString(branch);
        ASSERT_FALSE(looks_like_site_id(slug_of(branch)));
    }
}

TEST(Slug, KnowsTheFormOfSiteIds) {
    EXPECT_TRUE(looks_like_site_id("r12-0123456789"));
    for (const auto* other : {"", "r", "r-", "r12", "r12-", "r-abc", "x12-abc", "r12-xyz", "r12-abc/..", "r1a-abc"}) {
        EXPECT_FALSE(looks_like_site_id(other)) << other;
    }
}

}  // namespace
}  // namespace flux::previews
