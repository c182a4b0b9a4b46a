#include "providers/github/runs_feed.hpp"

#include <gtest/gtest.h>

#include "providers/github/api_text.hpp"

namespace flux::providers::github {
namespace {

std::string print_of(std::string_view runs) { return fingerprint(as_array(tree_of(runs).value())); }

TEST(FingerprintOfRuns, ChangesWithWhatAListShows) {
    const auto before =
        print_of(R"([{"id":1,"run_attempt":1,"status":"in_progress","updated_at":"2026-11-26T13:00:00Z"}])");

    EXPECT_EQ(before,
              print_of(R"([{"id":1,"run_attempt":1,"status":"in_progress","updated_at":"2026-11-26T13:00:09Z"}])"));
    EXPECT_NE(before, print_of(R"([{"id":1,"run_attempt":2,"status":"in_progress"}])"));
    EXPECT_NE(before, print_of(R"([{"id":1,"run_attempt":1,"status":"queued"}])"));
    EXPECT_NE(before, print_of(R"([{"id":1,"run_attempt":1,"status":"completed","conclusion":"success"}])"));
    EXPECT_NE(print_of(R"([{"id":1,"run_attempt":1,"status":"completed","conclusion":"failure"}])"),
              print_of(R"([{"id":1,"run_attempt":1,"status":"completed","conclusion":"success"}])"));
    EXPECT_NE(before, print_of(R"([{"id":2,"run_attempt":1,"status":"in_progress"}])"));
    EXPECT_NE(before, print_of("[]"));
}

}  // namespace
}  // namespace flux::providers::github
