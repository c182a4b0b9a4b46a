#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flux::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, AreShownInPrometheusTextFormat) {
    Metrics metrics;
    auto& good = metrics.counter("fluxmcp_calls_total", "Calls.", {{"tool", "builds.list"}, {"outcome", "ok"}});
    auto& bad = metrics.counter("fluxmcp_calls_total", "Calls.", {{"tool", "builds.list"}, {"outcome", "error"}});
    good.add();
    good.add(2);
    bad.add();
    Counter elsewhere;
    elsewhere.add(7);
    metrics.counter("fluxmcp_sent_total", "Requests.", {}, elsewhere);

    EXPECT_EQ(metrics.text(),
              "# HELP fluxmcp_calls_total Calls.\n"
              "# TYPE fluxmcp_calls_total counter\n"
              "fluxmcp_calls_total{tool=\"builds.list\",outcome=\"ok\"} 3\n"
              "fluxmcp_calls_total{tool=\"builds.list\",outcome=\"error\"} 1\n"
              "# HELP fluxmcp_sent_total Requests.\n"
              "# TYPE fluxmcp_sent_total counter\n"
              "fluxmcp_sent_total 7\n");
}

TEST(Metrics, AskForAGaugeEachTimeAndLeaveOutWhatIsNotKnown) {
    Metrics metrics;
    std::optional<double> left;
    metrics.gauge("fluxmcp_quota_remaining", "What is left.", {{"upstream", "github"}}, [&left] { return left; });

    EXPECT_EQ(metrics.text(), "");
    left = 4999;
    EXPECT_THAT(metrics.text(), HasSubstr("fluxmcp_quota_remaining{upstream=\"github\"} 4999\n"));
    left = 12;
    EXPECT_THAT(metrics.text(), HasSubstr("# TYPE fluxmcp_quota_remaining gauge\n"));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("4999")));
}

TEST(Metrics, EscapeWhatALabelHolds) {
    Metrics metrics;
    metrics.counter("fluxmcp_odd_total", "Odd.", {{"what", "a\"b\\c\nd"}});
    EXPECT_THAT(metrics.text(), HasSubstr(R"(fluxmcp_odd_total{what="a\"b\\c\nd"} 0)"));
}

TEST(Metrics, LoseNoEventOfAnyThread) {
    Metrics metrics;
    auto& counter = metrics.counter("fluxmcp_events_total", "Events.", {});
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&counter] {
                for (int n = 0; n < 10'000; ++n) counter.add();
            });
        }
        for (int n = 0; n < 100; ++n) static_cast<void>(metrics.text());
    }
    EXPECT_EQ(counter.value(), 40'000U);
    EXPECT_THAT(metrics.text(), HasSubstr("fluxmcp_events_total 40000"));
}

}  // namespace
}  // namespace flux::observe
