#include "tools/run_differences.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flux::tools {
namespace {

using builds::Conclusion;
using builds::Job;

template <class Timed>
void take(Timed& timed, int seconds) {
    timed.started_at = WallTime{};
    timed.completed_at = WallTime{} + std::chrono::seconds{seconds};
}

Job& add_job(builds::Run& run, std::string name, std::optional<Conclusion> conclusion,
             const std::vector<std::string>& steps = {}) {
    auto& job = run.jobs.emplace_back();
    job.name = std::move(name);
    job.status = builds::Status::completed;
    job.conclusion = conclusion;
    for (const auto& step : steps) job.steps.emplace_back().name = step;
    return job;
}

/// Of the jobs of `run` that failed or timed out.
RunDifferences compare(const builds::Run& green, const builds::Run& run) {
    std::vector<const Job*> failed;
    for (const auto& job : run.jobs) {
        if (job.conclusion != Conclusion::success) failed.push_back(&job);
    }
    return differences(green, run, failed);
}

/// `new X` and `gone Y`.
std::vector<std::string> steps_of(const RunDifferences& differences) {
    std::vector<std::string> steps;
    for (const auto& step : differences.steps) steps.push_back((step.is_new ? "new " : "gone ") + step.step);
    return steps;
}

TEST(RunDifferences, AreStepsThatOneRunHasAndTheOtherHasNot) {
    struct Row {
        const char* name;
        std::vector<std::string> then;
        std::vector<std::string> now;
        std::vector<std::string> found;
    };
    const std::vector<Row> rows{
        {"the same", {"Set up job", "Test", "Complete job"}, {"Set up job", "Test", "Complete job"}, {}},
        {"new", {"Test"}, {"Lint", "Test"}, {"new Lint"}},
        {"gone", {"Install", "Test"}, {"Test"}, {"gone Install"}},
        {"renamed", {"Run npm test", "Deploy"}, {"Run npm ci", "Deploy"}, {"new Run npm ci", "gone Run npm test"}},
        {"another version", {"Run actions/checkout@v3"}, {"Run actions/checkout@v4"}, {}},
        {"another hash",
         {"Run a/b@08c6903cd8c0fde910a37f88322edcfb5dd907a8"},
         {"Run a/b@b4ffde65f46336ab88eb53be808477a3936bae11"},
         {}},
        {"words of hexadecimal letters", {"Run facade"}, {"Run decade"}, {"new Run decade"}},
        {"ended before its last steps", {"Test", "Pack", "Deploy"}, {"Test"}, {}},
        {"what the runner adds", {"Test", "Post Cache"}, {"Initialize containers", "Test", "Post Test"}, {}},
        {"steps that are not known", {}, {"Test"}, {}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        builds::Run green;
        builds::Run run;
        add_job(green, "build", Conclusion::success, row.then);
        add_job(run, "build", Conclusion::failure, row.now);

        EXPECT_EQ(steps_of(compare(green, run)), row.found);
    }
}

TEST(RunDifferences, SayOnceWhatManyJobsHave) {
    builds::Run green;
    builds::Run run;
    for (const auto* name : {"test (18)", "test (20)", "test (22)"}) {
        add_job(green, name, Conclusion::success, {"Test"});
        add_job(run, name, Conclusion::failure, {"Lint", "Test"});
    }

    const auto found = compare(green, run);

    EXPECT_EQ(step_lines(found), "step new: Lint [test (18), test (20) and 1 more]\n");
}

TEST(RunDifferences, AreJobsThatWereNotGreenThen) {
    builds::Run green;
    add_job(green, "skipped", Conclusion::skipped);
    add_job(green, "tolerated", Conclusion::failure);
    add_job(green, "green", Conclusion::success);
    builds::Run run;
    for (const auto* name : {"skipped", "tolerated", "green", "new"}) add_job(run, name, Conclusion::failure);

    const auto text = text_of(compare(green, run));

    EXPECT_EQ(text,
              "Not green then either: job \"skipped\" (skipped).\n"
              "Not green then either: job \"tolerated\" (failure).\n"
              "Not in that run: job \"new\".\n");
    EXPECT_EQ(text_of(compare(builds::Run{}, run)), "") << "nothing is known of the green run's jobs";
}

TEST(RunDifferences, TellDurationsWhereTheyMatter) {
    struct Row {
        const char* name;
        Conclusion conclusion;
        int then_s;
        int now_s;
        const char* text;
    };
    const std::vector<Row> rows{
        {"as long", Conclusion::failure, 60, 70, ""},
        {"shorter", Conclusion::failure, 600, 6, ""},
        {"three times", Conclusion::failure, 60, 180, "Slower than then: build took 3 min 0 s, then 1 min 0 s.\n"},
        {"three times of little", Conclusion::failure, 5, 15, ""},
        {"timed out", Conclusion::timed_out, 240, 1800, "Timed out: build after 30 min 0 s; then it took 4 min 0 s.\n"},
        {"timed out at a lower limit", Conclusion::timed_out, 240, 120,
         "Timed out: build after 2 min 0 s; then it took 4 min 0 s.\n"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        builds::Run green;
        builds::Run run;
        take(add_job(green, "build", Conclusion::success), row.then_s);
        take(add_job(run, "build", row.conclusion), row.now_s);

        EXPECT_EQ(text_of(compare(green, run)), row.text);
    }
}

TEST(RunDifferences, NameTheSlowStepRatherThanItsJobAndTheJobRatherThanTheRun) {
    builds::Run green;
    builds::Run run;
    auto& then = add_job(green, "build", Conclusion::success, {"Test"});
    auto& now = add_job(run, "build", Conclusion::failure, {"Test"});
    take(green, 60);
    take(run, 600);
    take(then, 50);
    take(now, 50);
    EXPECT_EQ(text_of(compare(green, run)), "Slower than then: the run took 10 min 0 s, then 1 min 0 s.\n");
    take(now, 500);
    EXPECT_EQ(text_of(compare(green, run)), "Slower than then: build took 8 min 20 s, then 50.0 s.\n");
    take(then.steps.front(), 40);
    take(now.steps.front(), 490);
    const auto found = compare(green, run);
    EXPECT_EQ(text_of(found), "Slower than then: build / Test took 8 min 10 s, then 40.0 s.\n");

    boost::json::object result;
    add_json(found, result);
    EXPECT_EQ(boost::json::serialize(result),
              R"({"duration_s":6E2,"before_s":6E1,)"
              R"("slower":[{"job":"build","step":"Test","duration_s":4.9E2,"before_s":4E1}],"jobs":[],"steps":[]})");
}

}  // namespace
}  // namespace flux::tools
