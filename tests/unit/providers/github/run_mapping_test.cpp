#include "providers/github/run_mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/github/api_text.hpp"

namespace flux::providers::github {
namespace {

using builds::Conclusion;
using builds::Status;

boost::json::object object(std::string_view text) { return tree_of(text).value().as_object(); }

TEST(RunFrom, ReadsWhatGitHubSays) {
    const auto run = run_from(object(R"({"id":30433642,"name":"Deploy","display_title":"Update","run_attempt":2,
        "path":".github/workflows/deploy.yml@refs/heads/main","head_branch":"main","head_sha":"abc","status":"completed",
        "conclusion":"timed_out","html_url":"https://github.com/o/r/actions/runs/30433642","created_at":"2026-11-26T13:00:00Z",
        "updated_at":"2026-11-26T13:05:00Z","run_started_at":"2026-11-26T13:01:00Z"})"));

    EXPECT_EQ(run.id, 30433642);
    EXPECT_EQ(run.attempt, 2);
    EXPECT_EQ(run.workflow_file, "deploy.yml");
    EXPECT_EQ(run.conclusion, Conclusion::timed_out);
    EXPECT_EQ(run.completed_at, time_from("2026-11-26T13:05:00Z"));
    EXPECT_EQ(run.started_at, time_from("2026-11-26T13:01:00Z"));
}

TEST(RunFrom, KnowsEveryStatusAndConclusion) {
    for (const auto* word : {"requested", "queued", "pending", "waiting", "in_progress", "completed"}) {
        const auto run = run_from({{"id", 1}, {"status", word}, {"conclusion", nullptr}});
        EXPECT_EQ(builds::name_of(run.status), std::string{word});
    }
    for (const auto* word : {"success", "failure", "cancelled", "skipped", "neutral", "timed_out", "action_required",
                             "startup_failure", "stale"}) {
        const auto run = run_from({{"id", 1}, {"status", "completed"}, {"conclusion", word}});
        ASSERT_TRUE(run.conclusion) << word;
        EXPECT_EQ(builds::name_of(*run.conclusion), std::string{word});
    }
}

TEST(RunFrom, TakesNoUnknownWordForASuccess) {
    const auto run = run_from({{"id", 1}, {"status", "completed"}, {"conclusion", "exploded"}});

    EXPECT_EQ(run.conclusion, Conclusion::failure);
    EXPECT_THAT(run.reason, testing::HasSubstr("exploded"));
    EXPECT_EQ(run_from({{"id", 1}, {"status", "dreaming"}, {"conclusion", nullptr}}).status, Status::in_progress);
}

TEST(RunFrom, LeavesOutTheConclusionOfTheAttemptBefore) {
    const auto run = run_from({{"id", 1}, {"status", "queued"}, {"conclusion", "failure"}});

    EXPECT_FALSE(run.conclusion);
    EXPECT_FALSE(run.started_at);
}

TEST(JobFrom, SaysWhyAJobWaits) {
    EXPECT_THAT(job_from(object(R"({"id":1,"name":"b","status":"queued","labels":["self-hosted","gpu"]})")).reason,
                testing::HasSubstr("runner with the labels self-hosted, gpu;"));
    EXPECT_THAT(job_from({{"id", 1}, {"status", "waiting"}}).reason, testing::HasSubstr("approval"));
    EXPECT_THAT(job_from({{"id", 1}, {"status", "pending"}}).reason, testing::HasSubstr("concurrency"));
}

TEST(JobFrom, ReadsStepsInTheirOrder) {
    const auto job = job_from(object(R"json({"id":7,"name":"build (20, linux)","status":"in_progress","conclusion":null,
        "started_at":"2026-11-26T13:00:00Z","steps":[
        {"name":"Test","number":3,"status":"in_progress","conclusion":null,"started_at":"2026-11-26T13:00:05Z"},
        {"name":"Set up job","number":1,"status":"completed","conclusion":"success","started_at":"2026-11-26T13:00:00Z",
         "completed_at":"2026-11-26T13:00:02Z"}]})json"));

    ASSERT_EQ(job.steps.size(), 2U);
    EXPECT_EQ(job.steps[0].number, 1);
    EXPECT_EQ(job.steps[0].conclusion, Conclusion::success);
    EXPECT_EQ(job.steps[1].status, Status::in_progress);
    EXPECT_EQ(job.name, "build (20, linux)");
}

TEST(TimeFrom, ReadsRfc3339) {
    const auto noon = time_from("2026-11-26T12:00:00Z");
    ASSERT_TRUE(noon);
    EXPECT_EQ(time_from("2026-11-26T14:00:00+02:00"), noon);
    EXPECT_EQ(time_from("2026-11-26T12:00:00.5Z"), *noon + std::chrono::milliseconds{500});
    EXPECT_EQ(time_from("2026-11-26T12:00:00.1234567Z"), *noon + std::chrono::microseconds{123'456});
    for (const auto* text : {"", "2026-11-26", "2026-11-26T12:00:00", "2026-13-26T12:00:00Z", "2026-11-26T25:00:00Z",
                             "2026-11-26T12:00:00.Z", "2026-11-26 12:00:00Z", "x026-11-26T12:00:00Z"}) {
        EXPECT_FALSE(time_from(text)) << text;
    }
}

}  // namespace
}  // namespace flux::providers::github
