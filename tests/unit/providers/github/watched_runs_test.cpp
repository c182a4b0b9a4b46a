#include "providers/github/watched_runs.hpp"

#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;

TEST(PollInterval, GrowsWhileThereIsNoNewsAndWithThePagesOfJobs) {
    struct Row {
        int unchanged;
        std::size_t jobs;
        std::chrono::milliseconds interval;
    };
    for (const auto& row :
         {Row{0, 1, 3s}, Row{1, 1, 3s}, Row{2, 1, 5s}, Row{3, 1, 5s}, Row{4, 1, 10s}, Row{5, 99, 10s}, Row{6, 1, 20s},
          Row{1000, 1, 20s}, Row{0, 100, 4500ms}, Row{2, 300, 9500ms}, Row{0, 1000, 18s}, Row{0, 5000, 20s}}) {
        EXPECT_EQ(poll_interval({}, row.unchanged, row.jobs), row.interval)
            << row.unchanged << " times unchanged, " << row.jobs << " jobs";
    }
}

}  // namespace
}  // namespace flux::providers::github
