#include "transport/operator_pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace flux::transport {
namespace {

using testing::HasSubstr;

TEST(OperatorPages, SayHowTheServerIsInTheShapeOfTheMvp) {
    const OperatorPages pages{"flux-mcp", "2.0.0"};
    const auto healthy = pages.answer("GET", "/health", false);
    ASSERT_TRUE(healthy);
    EXPECT_EQ(healthy->status, 200);
    EXPECT_EQ(healthy->body, R"({"status":"healthy","service":"flux-mcp","version":"2.0.0"})");

    const auto draining = pages.answer("GET", "/health", true);
    EXPECT_EQ(draining->status, 503);
    EXPECT_THAT(draining->body, HasSubstr(R"("status":"draining")"));
    EXPECT_THAT(draining->fields, testing::Contains(testing::Pair("Retry-After", testing::_)));
}

TEST(OperatorPages, AreAliveEvenWhileDraining) {
    const OperatorPages pages{"flux-mcp", "2.0.0"};
    EXPECT_EQ(pages.answer("GET", "/livez", true)->status, 200);
    EXPECT_EQ(pages.answer("POST", "/livez", false)->status, 405);
    EXPECT_FALSE(pages.answer("GET", "/", false));
}

TEST(OperatorPages, AreNotReadyWhileAConnectorHasFailed) {
    Connector runner{.name = "local", .category = "runner", .title = "Embedded runner"};
    runner.latency = std::chrono::milliseconds{2};
    runner.checked_at = WallTime{std::chrono::seconds{1'800'000'000}};
    Connector github{.name = "github", .category = "source", .title = "GitHub"};
    github.state = Connector::State::degraded;
    github.reason = "slow \"API\"";
    github.cure = "Wait.";
    github.quota = Connector::Quota{5000, 12, WallTime{std::chrono::seconds{1'800'000'060}}};
    std::vector<Connector> connectors{runner, github};
    const OperatorPages pages{"flux-mcp", "2.0.0", [&] { return connectors; }};

    const auto ready = pages.answer("GET", "/readyz", false);
    EXPECT_EQ(ready->status, 200);
    EXPECT_EQ(ready->body,
              R"({"status":"ready","connectors":[{"name":"local","category":"runner","title":"Embedded runner",)"
              R"("state":"connected","reason":"","cure":"","latency_ms":2,"quota":null,)"
              R"("checked_at":"2027-01-15T08:00:00Z"},)"
              R"({"name":"github","category":"source","title":"GitHub","state":"degraded","reason":"slow \"API\"",)"
              R"("cure":"Wait.","latency_ms":null,)"
              R"("quota":{"limit":5000,"remaining":12,"reset_at":"2027-01-15T08:01:00Z"},"checked_at":null}]})");

    EXPECT_EQ(pages.answer("GET", "/readyz", false, Detail::status)->body, R"({"status":"ready"})");

    connectors[0].state = Connector::State::off;
    EXPECT_EQ(pages.answer("GET", "/readyz", false)->status, 200);
    connectors[1].state = Connector::State::error;
    EXPECT_EQ(pages.answer("GET", "/readyz", false)->status, 503);
    connectors.clear();
    EXPECT_EQ(pages.answer("GET", "/readyz", true)->status, 503);
}

TEST(OperatorPages, ShowMetricsWhereThereAreSome) {
    const OperatorPages none{"flux-mcp", "2.0.0"};
    EXPECT_FALSE(none.has_metrics());
    EXPECT_FALSE(none.answer("GET", "/metrics", false));

    const OperatorPages pages{"flux-mcp", "2.0.0", {}, {}, [] { return std::string{"fluxmcp_up 1\n"}; }};
    const auto page = pages.answer("GET", "/metrics", false);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(page->body, "fluxmcp_up 1\n");
    EXPECT_EQ(page->content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(pages.answer("POST", "/metrics", false)->status, 405);
}

TEST(OperatorPages, CheckOnlyWhenTheyAreAskedTo) {
    const OperatorPages idle{"flux-mcp", "2.0.0"};
    EXPECT_FALSE(idle.wants_check("/readyz", "check=now")) << "there is nothing to check";
    const OperatorPages pages{"flux-mcp", "2.0.0", {}, []() -> async::Task<> { co_return; }};
    EXPECT_TRUE(pages.wants_check("/readyz", "check=now"));
    EXPECT_TRUE(pages.wants_check("/readyz", "verbose&check=n%6fw"));
    EXPECT_FALSE(pages.wants_check("/readyz", ""));
    EXPECT_FALSE(pages.wants_check("/readyz", "check=later"));
    EXPECT_FALSE(pages.wants_check("/health", "check=now"));
}

}  // namespace
}  // namespace flux::transport
