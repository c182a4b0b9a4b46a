#include "providers/github/comparisons.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/github/api_text.hpp"

namespace flux::providers::github {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PagesOfNewest, AreAsFewAsHoldFiftyCommitsWithoutAGap) {
    EXPECT_THAT(pages_of_newest(0), IsEmpty());
    EXPECT_THAT(pages_of_newest(50), IsEmpty());
    EXPECT_THAT(pages_of_newest(51), ElementsAre(2));
    EXPECT_THAT(pages_of_newest(100), ElementsAre(2));
    EXPECT_THAT(pages_of_newest(101), ElementsAre(2, 3));
    EXPECT_THAT(pages_of_newest(150), ElementsAre(3));
    EXPECT_THAT(pages_of_newest(9999), ElementsAre(199, 200));
}

boost::json::value tree(std::string_view text) { return tree_of(text).value(); }

TEST(ComparisonFrom, TellsTheNewestCommitFirstAndWhatChanged) {
    const auto first = tree(R"({"total_commits":2,"commits":[],"files":[
        {"filename":"src/a.mjs","additions":3,"deletions":1,"status":"modified"},
        {"filename":"b.png","status":"added"}]})");
    const auto commits = tree(R"([
        {"sha":"aaa","commit":{"message":"Begin\n\nWith a body","author":{"name":"Ada"},"committer":{"date":"2026-11-26T13:00:00Z"}}},
        {"sha":"bbb","commit":{"message":"Go on","author":null,"committer":null}}])");

    const auto comparison = comparison_from(as_object(first), as_array(commits));

    EXPECT_EQ(comparison.total_commits, 2U);
    ASSERT_EQ(comparison.commits.size(), 2U);
    EXPECT_EQ(comparison.commits[0].sha, "bbb");
    EXPECT_EQ(comparison.commits[0].author, "");
    EXPECT_EQ(comparison.commits[1].subject, "Begin");
    EXPECT_EQ(comparison.commits[1].author, "Ada");
    EXPECT_EQ(comparison.commits[1].committed_at, time_from("2026-11-26T13:00:00Z"));
    EXPECT_EQ(comparison.total_files, 2U);
    ASSERT_EQ(comparison.files.size(), 2U);
    EXPECT_EQ(comparison.files[0].path, "src/a.mjs");
    EXPECT_EQ(comparison.files[0].added, 3);
    EXPECT_EQ(comparison.files[0].removed, 1);
    EXPECT_EQ(comparison.files[1].added, 0);
}

TEST(ComparisonFrom, SaysThatThereMayBeMoreFilesThanGitHubNames) {
    boost::json::object first;
    auto& files = first["files"].emplace_array();
    for (int i = 0; i < 299; ++i) files.emplace_back(boost::json::object{});

    EXPECT_FALSE(comparison_from(first, {}).more_files);
    files.emplace_back(boost::json::object{});
    EXPECT_TRUE(comparison_from(first, {}).more_files);
}

TEST(ComparisonFrom, KeepsTheFiftyNewestCommits) {
    boost::json::array commits;
    for (int i = 0; i < 90; ++i) {
        boost::json::object item;
        item["sha"] = fmt::format("sha-{}", i);
        commits.push_back(std::move(item));
    }
    const auto first = tree(R"({"total_commits":140})");

    const auto comparison = comparison_from(as_object(first), commits);

    EXPECT_EQ(comparison.total_commits, 140U);
    ASSERT_EQ(comparison.commits.size(), 50U);
    EXPECT_EQ(comparison.commits.front().sha, "sha-89");
    EXPECT_EQ(comparison.commits.back().sha, "sha-40");
}

}  // namespace
}  // namespace flux::providers::github
