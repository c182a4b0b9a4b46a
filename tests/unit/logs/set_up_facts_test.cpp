#include "logs/set_up_facts.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace flux::logs {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

SetUpFacts read(const std::vector<std::string>& texts) {
    std::vector<Line> lines;
    for (const auto& text : texts) {
        Line line;
        line.text = text;
        lines.push_back(line);
    }
    return read_set_up(lines);
}

TEST(SetUpFacts, AreReadFromWhatARunnerSaysFirst) {
    const auto facts =
        read({"Current runner version: '2.321.0'", "##[group]Runner Image Provisioner", "Version: 1.2.3",
              "##[endgroup]", "##[group]Runner Image", "Image: ubuntu-24.04", "Version: 20250105.1.0", "##[endgroup]",
              "Download action repository 'actions/checkout@v4' (SHA:11bd71901bbe5b1630ceea73d27597364c9af683)",
              "Download action repository 'a/b/c@main' (SHA:0123456789abcdef0123456789abcdef01234567)",
              "Download action repository 'a/b/c@v1'", "Download immutable action package 'actions/cache@v4'",
              "Complete job name: build", "##[group]Run echo", "Download action repository 'of/a-step@v1'"});

    EXPECT_EQ(facts.runner_version, "2.321.0");
    EXPECT_EQ(facts.image, "ubuntu-24.04");
    EXPECT_EQ(facts.image_version, "20250105.1.0");
    EXPECT_THAT(facts.actions,
                UnorderedElementsAre(Pair("actions/checkout", "v4 (11bd71901bbe)"),
                                     Pair("a/b/c", "main (0123456789ab), v1"), Pair("actions/cache", "v4")));
}

TEST(SetUpFacts, AreBoundedAndSurviveNonsense) {
    std::vector<std::string> lines{"Download action repository '",
                                   "Download action repository '@'",
                                   "Download action repository 'a/b' x@y",
                                   "Current runner version: ''",
                                   "##[group]",
                                   "Download action repository 'a/b@" + std::string(10'000, 'v') + "'"};
    for (int i = 0; i < 10'000; ++i) {
        lines.push_back("Download action repository 'a/b@" + std::to_string(i) + "'");
        lines.push_back("Download action repository 'a/" + std::to_string(i) + "@v1'");
    }

    const auto facts = read(lines);

    EXPECT_LE(facts.actions.size(), 200U);
    for (const auto& [name, versions] : facts.actions) EXPECT_LT(name.size() + versions.size(), 400U);
}

TEST(SetUpFacts, TakeTheActionsOfStepsWhereTheLogDoesNotSayMore) {
    auto facts =
        read({"Download action repository 'actions/checkout@v4' (SHA:11bd71901bbe5b1630ceea73d27597364c9af683)"});

    for (const auto* uses :
         {"actions/checkout@v4", "actions/setup-node@v5", "./local@x", "echo a/b@c", "npm@x", "a/b"}) {
        add_action(facts, uses);
    }

    EXPECT_THAT(facts.actions,
                UnorderedElementsAre(Pair("actions/checkout", "v4 (11bd71901bbe)"), Pair("actions/setup-node", "v5")));
}

}  // namespace
}  // namespace flux::logs
