#include "workflow/plan.hpp"

#include <gtest/gtest.h>

namespace flux::workflow {
namespace {

using Indices = std::vector<std::size_t>;

Workflow diamond() {
    Workflow workflow;
    const auto add = [&](const char* key, std::vector<const char*> needs) {
        Job job;
        job.key = key;
        for (const auto* need : needs) job.needs.push_back({need, {}});
        workflow.jobs.push_back(std::move(job));
    };
    add("deploy", {"test", "Lint"});
    add("build", {});
    add("test", {"build", "build"});
    add("lint", {"build"});
    return workflow;
}

TEST(Plan, PutsEachJobBehindItsNeeds) {
    const Plan plan{diamond()};

    EXPECT_EQ(plan.order(), (Indices{1, 2, 3, 0}));
    EXPECT_EQ(plan.direct_needs(0), (Indices{2, 3}));
    EXPECT_EQ(plan.direct_needs(2), (Indices{1}));
    EXPECT_EQ(plan.all_needs(0), (Indices{1, 2, 3}));
}

TEST(Plan, AnswersStatusFromAllNeeds) {
    using enum JobResult;
    const Plan plan{diamond()};
    const auto ask = [&](std::vector<JobResult> results, bool cancelled, StatusFunction function,
                         const std::vector<std::string>& jobs = {}) {
        return plan.status_for(0, std::move(results), cancelled)(function, jobs);
    };

    EXPECT_TRUE(ask({success, success, success, success}, false, StatusFunction::success));
    EXPECT_FALSE(ask({success, failure, success, success}, false, StatusFunction::success));
    EXPECT_FALSE(ask({success, success, skipped, success}, false, StatusFunction::success));
    EXPECT_TRUE(ask({success, success, skipped, success}, false, StatusFunction::success, {"Build"}));
    EXPECT_TRUE(ask({success, failure, skipped, skipped}, false, StatusFunction::failure));
    EXPECT_FALSE(ask({success, failure, skipped, skipped}, false, StatusFunction::failure, {"test"}));
    EXPECT_FALSE(ask({success, success, success, success}, true, StatusFunction::success));
    EXPECT_TRUE(ask({success, success, success, success}, true, StatusFunction::cancelled));
    EXPECT_TRUE(ask({success, failure, skipped, skipped}, true, StatusFunction::always));
}

TEST(Plan, CombinesResults) {
    using enum JobResult;
    EXPECT_EQ(combined({{success}, {failure}, {cancelled}}), failure);
    EXPECT_EQ(combined({{success}, {failure, true}}), success);
    EXPECT_EQ(combined({{success}, {cancelled}}), cancelled);
    EXPECT_EQ(combined({{skipped}, {skipped}}), skipped);
    EXPECT_EQ(combined({{skipped}, {success}}), success);
}

}  // namespace
}  // namespace flux::workflow
