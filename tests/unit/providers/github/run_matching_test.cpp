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

Match unnamed(std::vector<builds::Run> candidates, bool rivals = false) {
    return {.candidates = std::move(candidates), .by = "set_difference", .rivals = rivals};
}

builds::RunId id_of(const std::optional<builds::Run>& found) { return found ? found->id : 0; }

TEST(SureMatch, IsARunWithTheCorrelationAtOnce) {
    SureMatch sure;
    const Match named{.candidates = {run(2, 1s)}, .by = "correlation_input", .rivals = true};

    EXPECT_EQ(id_of(sure.look(named, 0s)), 2);
}

TEST(SureMatch, IsNotOneOfTwoWithTheSameCorrelation) {
    SureMatch sure;
    const Match named{.candidates = {run(3, 1s), run(2, 1s)}, .by = "correlation_input", .rivals = false};

    EXPECT_FALSE(sure.look(named, 20s));
    EXPECT_FALSE(sure.look(named, 30s));
}

TEST(SureMatch, IsAnUnnamedRunThatWasAloneInTheLookBefore) {
    SureMatch sure;

    EXPECT_FALSE(sure.look(unnamed({}), 11s));
    EXPECT_FALSE(sure.look(unnamed({run(2, 1s)}), 19s)) << "it has just turned up";
    EXPECT_EQ(id_of(sure.look(unnamed({run(2, 1s)}), 27s)), 2);
}

TEST(SureMatch, IsNotARunThatTookTheOthersPlace) {
    SureMatch sure;

    EXPECT_FALSE(sure.look(unnamed({run(2, 1s)}), 12s));
    EXPECT_FALSE(sure.look(unnamed({run(3, 1s)}), 20s));
    EXPECT_EQ(id_of(sure.look(unnamed({run(3, 1s)}), 28s)), 3);
}

TEST(SureMatch, BeginsAnewAfterALookWithCompanyOrNobody) {
    SureMatch company;
    EXPECT_FALSE(company.look(unnamed({run(2, 1s)}), 12s));
    EXPECT_FALSE(company.look(unnamed({run(3, 1s), run(2, 1s)}), 20s));
    EXPECT_FALSE(company.look(unnamed({run(2, 1s)}), 28s)) << "it was not alone in the look before";
    EXPECT_EQ(id_of(company.look(unnamed({run(2, 1s)}), 36s)), 2);

    SureMatch nobody;
    EXPECT_FALSE(nobody.look(unnamed({run(2, 1s)}), 12s));
    EXPECT_FALSE(nobody.look(unnamed({}), 20s));
    EXPECT_FALSE(nobody.look(unnamed({run(2, 1s)}), 28s));
}

TEST(SureMatch, WaitsForTheListsAndForNobodyElsesRequest) {
    SureMatch early;
    EXPECT_FALSE(early.look(unnamed({run(2, 1s)}), 1s));
    EXPECT_FALSE(early.look(unnamed({run(2, 1s)}), 3s));
    EXPECT_FALSE(early.look(unnamed({run(2, 1s)}), 10s));
    EXPECT_EQ(id_of(early.look(unnamed({run(2, 1s)}), 11s)), 2);

    SureMatch rivals;
    EXPECT_FALSE(rivals.look(unnamed({run(2, 1s)}, true), 20s));
    EXPECT_FALSE(rivals.look(unnamed({run(2, 1s)}, true), 28s));
}

}  // namespace
}  // namespace flux::providers::github
