#include "tools/step_transitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flux::tools {
namespace {

using builds::Conclusion;
using builds::Status;
using testing::HasSubstr;

WallTime second(int of_the_minute) { return WallTime{std::chrono::seconds{1'800'000'000 + of_the_minute}}; }

builds::Step step(int number, std::string name, Status status, std::optional<Conclusion> conclusion = {}) {
    builds::Step made;
    made.number = number;
    made.name = std::move(name);
    made.status = status;
    made.conclusion = conclusion;
    if (status != Status::queued) made.started_at = second(number * 10);
    if (status == Status::completed) made.completed_at = second(number * 10 + 5);
    return made;
}

builds::Job job(std::int64_t id, std::vector<builds::Step> steps) {
    builds::Job made;
    made.id = id;
    made.name = "build";
    made.steps = std::move(steps);
    return made;
}

TEST(StepTransitions, TellBeginningsAndEndsInTheirOrder) {
    const auto build = job(1, {step(1, "Set up", Status::completed, Conclusion::success),
                               step(2, "Lint", Status::completed, Conclusion::skipped),
                               step(3, "Test", Status::in_progress), step(4, "Publish", Status::queued)});

    const auto shown = transitions_beyond({}, {&build});

    EXPECT_EQ(to_text(shown, 10),
              "Steps, until the lines are there:\n"
              "2027-01-15T08:00:10Z build, step 1 \"Set up\": started\n"
              "2027-01-15T08:00:15Z build, step 1 \"Set up\": success (5.0 s)\n"
              "2027-01-15T08:00:25Z build, step 2 \"Lint\": skipped\n"
              "2027-01-15T08:00:30Z build, step 3 \"Test\": started\n");
}

TEST(StepTransitions, AreToldOnceHoweverOftenOneLooks) {
    auto build = job(1, {});
    logs::LogCursor cursor{.run = 12};
    std::vector<std::string> told;
    const auto look = [&] {
        for (const auto& each : transitions_beyond(cursor, {&build})) {
            told.push_back(each.step->name + (each.began ? " began" : " ended"));
        }
        see_transitions(cursor, {&build});
    };
    look();
    build.steps.push_back(step(1, "Set up", Status::in_progress));
    look();
    look();
    build.steps[0] = step(1, "Set up", Status::completed, Conclusion::success);
    build.steps.push_back(step(2, "Test", Status::completed, Conclusion::failure));
    look();
    look();

    EXPECT_THAT(told, testing::ElementsAre("Set up began", "Set up ended", "Test began", "Test ended"));
}

TEST(StepTransitions, OfSeveralJobsAreOneStory) {
    const auto one = job(1, {step(1, "a", Status::completed, Conclusion::success), step(3, "c", Status::in_progress)});
    const auto two = job(2, {step(2, "b", Status::completed, Conclusion::success)});

    const auto all = transitions_beyond({}, {&one, &two});

    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[2].step->name, "b");
    EXPECT_EQ(all[4].step->name, "c");
    EXPECT_THAT(to_text(all, 3), HasSubstr("(2 earlier ones are left out)"));
    const auto shown = to_json(all, 3);
    ASSERT_EQ(shown.size(), 3U);
    EXPECT_EQ(shown.at(0).at("job_id").as_int64(), 2);
    EXPECT_EQ(shown.at(0).at("status").as_string(), "in_progress");
}

TEST(StepTransitions, EndWhereTheLinesAre) {
    auto build = job(1, {step(1, "Set up", Status::in_progress)});
    build.log_lines = 12;

    EXPECT_TRUE(transitions_beyond({}, {&build}).empty());
    EXPECT_TRUE(to_text(transitions_beyond({}, {&build}), 10).empty());
}

TEST(StepTransitions, KeepTheirPlaceWhereATimeIsMissing) {
    auto build =
        job(1, {step(1, "Set up", Status::completed, Conclusion::success), step(2, "Test", Status::in_progress)});
    build.steps[1].started_at.reset();

    const auto shown = transitions_beyond({}, {&build});

    EXPECT_EQ(shown.back().step->name, "Test");
    EXPECT_EQ(shown.back().at, second(15));
}

}  // namespace
}  // namespace flux::tools
