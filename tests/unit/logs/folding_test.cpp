#include "logs/folding.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace flux::logs {
namespace {

using testing::ElementsAre;

/// The view as a reader sees it.
std::vector<std::string> view(const std::vector<std::string>& lines) {
    const std::vector<std::string_view> texts{lines.begin(), lines.end()};
    std::vector<std::string> shown;
    std::size_t next = 0;
    for (const auto& entry : fold_repeats(texts)) {
        EXPECT_EQ(entry.first, next) << "every line is covered once";
        next = entry.last + 1;
        const auto remark = folding_remark(entry, 1);
        shown.push_back(remark.empty() ? lines[entry.first] : remark);
    }
    EXPECT_EQ(next, lines.size());
    return shown;
}

TEST(Folding, LeavesWhatDoesNotRepeat) {
    EXPECT_THAT(view({}), ElementsAre());
    EXPECT_THAT(view({"a", "b", "a", "b", "c", "c"}), ElementsAre("a", "b", "a", "b", "c", "c"));
}

TEST(Folding, FoldsTheSameLine) {
    EXPECT_THAT(view({"a", "b", "b", "b", "b", "c"}),
                ElementsAre("a", "b", "(lines 3-5: the line above, 3 more times)", "c"));
}

TEST(Folding, FoldsTheSameLinesInTurn) {
    EXPECT_THAT(view({"x", "a", "b", "c", "a", "b", "c", "a", "b", "c", "a"}),
                ElementsAre("x", "a", "b", "c", "(lines 5-10: the 3 lines above, 2 more times)", "a"));
}

TEST(Folding, KeepsBothEndsOfAProgress) {
    std::vector<std::string> lines{"Downloading"};
    for (int i = 0; i <= 100; i += 10)
        lines.push_back(" [" + std::string(static_cast<std::size_t>(i) / 10, '=') + "> ] " + std::to_string(i) + "%");
    lines.emplace_back("done");

    EXPECT_THAT(view(lines),
                ElementsAre("Downloading", lines[1], "(lines 3-11: 9 more of this progress)", lines[11], "done"));
}

TEST(Folding, DoesNotTakeATestsNumbersForProgress) {
    std::vector<std::string> lines;
    for (int i = 0; i < 10; ++i) lines.push_back("ok " + std::to_string(i) + " adds");

    EXPECT_EQ(view(lines), lines);
}

TEST(Folding, FoldsTwoHundredThousandEqualLines) {
    const std::vector<std::string> lines(200'000, "again");

    EXPECT_THAT(view(lines), ElementsAre("again", "(lines 2-200000: the line above, 199999 more times)"));
}

}  // namespace
}  // namespace flux::logs
