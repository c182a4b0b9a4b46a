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
    std::vector<Connector> connectors{{"store", "ok", {}, std::chrono::milliseconds{2}},
                                      {"provider", "degraded", "slow \"git\"", {}}};
    const OperatorPages pages{"flux-mcp", "2.0.0", [&] { return connectors; }};

    const auto ready = pages.answer("GET", "/readyz", false);
    EXPECT_EQ(ready->status, 200);
    EXPECT_EQ(ready->body, R"({"status":"ready","connectors":[{"name":"store","state":"ok","latency_ms":2},)"
                           R"({"name":"provider","state":"degraded","reason":"slow \"git\""}]})");

    connectors[1].state = "failed";
    EXPECT_EQ(pages.answer("GET", "/readyz", false)->status, 503);
    connectors.clear();
    EXPECT_EQ(pages.answer("GET", "/readyz", true)->status, 503);
}

}  // namespace
}  // namespace flux::transport
