#include "logs/step_times.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace flux::logs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

WallTime at(double second) {
    return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 18}} +
           std::chrono::microseconds{static_cast<std::int64_t>(second * 1'000'000)};
}

struct LogLine {
    double second;
    std::string text;
};

/// The step of each line, and whether that is certain.
std::vector<std::pair<int, bool>> cut(std::vector<StepTime> steps, const std::vector<LogLine>& lines) {
    StepTimeCutter cutter{std::move(steps)};
    StepOpenings openings;
    std::vector<std::pair<int, bool>> places;
    for (const auto& line : lines) {
        const auto opening = openings.next(line.text);
        const auto place = cutter.place(at(line.second), opening.kind, opening.title);
        places.emplace_back(place.step, place.certain);
    }
    return places;
}

std::vector<int> numbers(std::vector<StepTime> steps, const std::vector<LogLine>& lines) {
    std::vector<int> result;
    for (const auto& [step, certain] : cut(std::move(steps), lines)) result.push_back(step);
    return result;
}

TEST(StepTimeCutter, CutsAnEverydayJob) {
    const auto places = cut(
        {
            {1, "Set up job", at(1), at(2)},
            {2, "Checkout", at(3), at(4)},
            {3, "Run npm test", at(4), at(9)},
            {8, "Post Checkout", at(10), at(10)},
            {9, "Complete job", at(10), at(10)},
        },
        {
            {1.2, "Current runner version: '2.330.0'"},
            {2.9, "Complete job name: test"},
            {3.1, "##[group]Run actions/checkout@v4"},
            {3.2, "##[endgroup]"},
            {4.0, "[command]/usr/bin/git log"},
            {4.3, "##[group]Run npm test"},
            {4.4, "##[endgroup]"},
            {8.0, "1 failed"},
            {10.1, "Post job cleanup."},
            {10.2, "[command]/usr/bin/git version"},
            {10.3, "Cleaning up orphan processes"},
        });

    EXPECT_THAT(places,
                ElementsAre(Pair(1, true), Pair(1, true), Pair(2, true), Pair(2, true), Pair(2, false), Pair(3, true),
                            Pair(3, true), Pair(3, true), Pair(8, false), Pair(8, false), Pair(9, true)));
}

TEST(StepTimeCutter, IsNotMisledByTheMarksOfACompositeAction) {
    EXPECT_THAT(numbers({{1, "Set up job", at(1), at(2)}, {2, "Deploy", at(2), at(20)}, {3, "Notify", at(20), at(22)}},
                        {
                            {1.0, "Current runner version: '2'"},
                            {2.1, "##[group]Run ./.github/actions/deploy"},
                            {2.2, "##[endgroup]"},
                            {3.0, "##[group]Run npm ci"},
                            {4.0, "##[endgroup]"},
                            {10.0, "##[group]Run npm run build"},
                            {20.5, "##[group]Run curl x"},
                        }),
                ElementsAre(1, 2, 2, 2, 2, 2, 3));
}

TEST(StepTimeCutter, TellsStepsOfOneSecondApartByTheirNames) {
    EXPECT_THAT(numbers({{1, "Set up job", at(1), at(1)},
                         {2, "Run echo one", at(1), at(1)},
                         {3, "Run echo two", at(1), at(1)},
                         {4, "Complete job", at(1), at(1)}},
                        {
                            {1.1, "Current runner version: '2'"},
                            {1.2, "##[group]Run some/composite-part@v1"},
                            {1.3, "##[group]Run echo one"},
                            {1.4, "one"},
                            {1.5, "##[group]Run echo two"},
                            {1.6, "two"},
                            {1.7, "Cleaning up orphan processes"},
                        }),
                ElementsAre(1, 1, 2, 2, 3, 3, 4));
}

TEST(StepTimeCutter, GoesByTimeAloneWhereMarksAreMissing) {
    const auto places = cut({{1, "Set up job", at(1), at(2)}, {2, "Build", at(3), at(5)}, {5, "Test", at(6), at(9)}},
                            {{1, "a"}, {3.5, "still before"}, {4.5, "b"}, {7.5, "c"}});

    EXPECT_THAT(places, ElementsAre(Pair(1, true), Pair(1, false), Pair(2, true), Pair(5, true)));
}

TEST(StepTimeCutter, IsNotCertainOfStepsThatRanTogether) {
    const auto places = cut({{1, "Set up job", at(1), at(2)}, {2, "Serve", at(2), at(30)}, {3, "Test", at(5), at(20)}},
                            {{1, "a"}, {2.5, "##[group]Run serve"}, {5.5, "##[group]Run test"}, {7, "who said it?"}});

    EXPECT_EQ(places[3].first, 3);
    EXPECT_FALSE(places[3].second);
}

TEST(StepTimeCutter, KnowsNothingWithoutSteps) {
    EXPECT_THAT(numbers({}, {{1, "a"}, {2, "##[group]Run x"}}), ElementsAre(0, 0));
}

TEST(StepOpenings, KnowTheMarks) {
    StepOpenings openings;
    EXPECT_EQ(openings.next("hello").kind, StepOpening::none);
    const auto run = openings.next("##[group]Run make");
    EXPECT_EQ(run.kind, StepOpening::run);
    EXPECT_EQ(run.title, "make");
    EXPECT_EQ(openings.next("##[group]inner").kind, StepOpening::none);
    EXPECT_EQ(openings.next("##[endgroup]").kind, StepOpening::none);
    EXPECT_EQ(openings.next("##[group]Starting job container").kind, StepOpening::other);
    EXPECT_EQ(openings.next("##[group]Run again").kind, StepOpening::run);
    EXPECT_EQ(openings.next("Post job cleanup.").kind, StepOpening::post);
    EXPECT_EQ(openings.next("Cleaning up orphan processes").kind, StepOpening::complete);
}

}  // namespace
}  // namespace flux::logs
