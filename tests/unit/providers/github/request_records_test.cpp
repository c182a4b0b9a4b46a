#include "providers/github/request_records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;

struct Records : testing::Test {
    RequestRecord record(std::string digest, std::optional<std::string> key = {}) {
        RequestRecord made;
        made.principal = "me";
        made.key = std::move(key);
        made.digest = std::move(digest);
        made.workflow_file = "deploy.yml";
        made.branch = "main";
        made.sha = "abc";
        made.correlation = "flux-1";
        made.sent_at = clock.wall_now();
        return made;
    }
    void reopen() {
        records.reset();
        records = RequestRecords::open(folder.path() / "requests.db").value();
    }

    ManualClock clock;
    TemporaryFolder folder;
    std::unique_ptr<RequestRecords> records = RequestRecords::open(folder.path() / "requests.db").value();
};

TEST_F(Records, KnowAfterARestartWhatWasSentAndWhatItBecame) {
    auto first = record("d1", "k1");
    records->add(first);
    reopen();

    auto found = records->find_key("me", "k1");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, RequestRecord::State::sent);
    EXPECT_EQ(found->run, 0);
    EXPECT_EQ(found->correlation, "flux-1");

    records->bind(first.id, 77);
    reopen();
    found = records->find_key("me", "k1");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, RequestRecord::State::bound);
    EXPECT_EQ(found->run, 77);
    EXPECT_FALSE(records->find_key("somebody else", "k1"));
}

TEST_F(Records, AKeyIsFreeAgainWhenNothingWasStarted) {
    auto first = record("d1", "k1");
    records->add(first);
    records->refuse(first.id);
    EXPECT_FALSE(records->find_key("me", "k1"));

    auto second = record("d2", "k1");
    records->add(second);
    ASSERT_TRUE(records->find_key("me", "k1"));
    EXPECT_EQ(records->find_key("me", "k1")->digest, "d2");
}

TEST_F(Records, FindTheNewestOfTheSameKindWithinTheTime) {
    auto old = record("d1");
    records->add(old);
    clock.advance(10min);
    auto young = record("d1");
    records->add(young);

    ASSERT_TRUE(records->find_same("me", "d1", "abc", clock.wall_now() - 20min));
    EXPECT_EQ(records->find_same("me", "d1", "abc", clock.wall_now() - 20min)->id, young.id);
    records->refuse(young.id);
    EXPECT_EQ(records->find_same("me", "d1", "abc", clock.wall_now() - 20min)->id, old.id);
    EXPECT_FALSE(records->find_same("me", "d1", "abc", clock.wall_now() - 5min));
    EXPECT_FALSE(records->find_same("me", "d1", "another commit", clock.wall_now() - 20min));
    EXPECT_FALSE(records->find_same("you", "d1", "abc", clock.wall_now() - 20min));
}

TEST_F(Records, NameTheRunsThatBelongToRequests) {
    for (const builds::RunId run : {5, 6}) {
        auto one = record("d" + std::to_string(run));
        records->add(one);
        records->bind(one.id, run);
    }
    auto open = record("d7");
    records->add(open);

    EXPECT_THAT(records->runs_since(clock.wall_now() - 1min), testing::UnorderedElementsAre(5, 6));
    EXPECT_THAT(records->runs_since(clock.wall_now() + 1min), testing::IsEmpty());
}

TEST_F(Records, KeepPreviewsByRun) {
    builds::Preview preview;
    preview.run_id = 5;
    preview.branch = "main";
    preview.state = builds::PreviewState::reachable;
    preview.url = "https://x.example/";
    records->save_preview(preview, 2, clock.wall_now());
    preview.run_id = 6;
    preview.branch = "other";
    records->save_preview(preview, 1, clock.wall_now());

    ASSERT_TRUE(records->find_preview(5));
    EXPECT_EQ(records->find_preview(5)->attempt, 2);
    EXPECT_EQ(records->find_preview(5)->preview.url, "https://x.example/");
    EXPECT_EQ(records->previews("", "", 0, 10).size(), 2U);
    EXPECT_EQ(records->previews("main", "reachable", 0, 10).size(), 1U);
    EXPECT_EQ(records->previews("", "failed", 0, 10).size(), 0U);
    EXPECT_EQ(records->previews("", "", 6, 10).front().run_id, 5);
}

}  // namespace
}  // namespace flux::providers::github
