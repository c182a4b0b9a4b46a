#include "providers/github/run_matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;

const WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}};

builds::Run run(builds::RunId id, std::chrono::seconds after, std::string title = {}) {
    builds::Run made;
    made.id = id;
    made.created_at = start + after;
    made.title = std::move(title);
    return made;
}

std::vector<builds::RunId> ids(const Match& match) {
    std::vector<builds::RunId> result;
    for (const auto& candidate : match.candidates) result.push_back(candidate.id);
    return result;
}

TEST(MatchRun, FindsTheOneWhoseTitleHoldsTheCorrelation) {
    const Wanted wanted{.correlation = "flux-12", .not_before = start, .sha = {}, .others = {}};

    const auto match = match_run({run(1, 1s, "Deploy [flux-99]"), run(2, 1s, "Deploy [flux-12]"), run(3, 2s)}, wanted);

    EXPECT_EQ(match.by, std::string{"correlation_input"});
    EXPECT_THAT(ids(match), testing::ElementsAre(2));
}

TEST(MatchRun, NeverFallsBackFromACorrelationToAGuess) {
    const Wanted wanted{.correlation = "flux-12", .not_before = start, .sha = {}, .others = {}};

    EXPECT_THAT(ids(match_run({run(1, 1s, "Deploy")}, wanted)), testing::IsEmpty());
}

TEST(MatchRun, LeavesOutWhatIsOlderOrAnothersWithoutACorrelation) {
    const Wanted wanted{.correlation = {}, .not_before = start, .sha = {}, .others = {3}};

    const auto match = match_run({run(1, -1s), run(2, 0s), run(3, 1s)}, wanted);

    EXPECT_EQ(match.by, std::string{"set_difference"});
    EXPECT_THAT(ids(match), testing::ElementsAre(2));
}

TEST(MatchRun, PrefersRunsOfTheHeadThatWasSeen) {
    const Wanted wanted{.correlation = {}, .not_before = start, .sha = "abc", .others = {}};
    auto on_head = run(2, 0s);
    on_head.head_sha = "abc";

    EXPECT_THAT(ids(match_run({on_head, run(7, 1s)}, wanted)), testing::ElementsAre(2));
    EXPECT_THAT(ids(match_run({run(7, 1s)}, wanted)), testing::ElementsAre(7));
}

TEST(MatchRun, GivesEveryCandidateWhereSeveralFit) {
    const Wanted wanted{.correlation = {}, .not_before = start, .sha = {}, .others = {}};

    EXPECT_THAT(ids(match_run({run(2, 0s), run(7, 1s)}, wanted)), testing::ElementsAre(7, 2));
}

}  // namespace
}  // namespace flux::providers::github
