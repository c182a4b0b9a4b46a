#include "builds/run.hpp"

#include <gtest/gtest.h>

namespace flux::builds {
namespace {

TEST(Run, NamesAndReadsEveryWordOfGitHub) {
    for (int i = 0; i <= static_cast<int>(Status::completed); ++i) {
        const auto status = static_cast<Status>(i);
        EXPECT_EQ(status_from(name_of(status)), status);
    }
    for (int i = 0; i <= static_cast<int>(Conclusion::stale); ++i) {
        const auto conclusion = static_cast<Conclusion>(i);
        EXPECT_EQ(conclusion_from(name_of(conclusion)), conclusion);
    }
    for (int i = 0; i <= static_cast<int>(PreviewState::removed); ++i) {
        const auto state = static_cast<PreviewState>(i);
        EXPECT_EQ(preview_state_from(name_of(state)), state);
    }
    EXPECT_EQ(status_from("done"), std::nullopt);
}

}  // namespace
}  // namespace flux::builds
