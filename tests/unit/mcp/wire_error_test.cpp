#include "mcp/wire_error.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::mcp {
namespace {

TEST(WireError, HasARowForEachCode) {
    struct Row {
        Errc code;
        int wire;
        int status;
    };
    const std::array rows{
        Row{Errc::invalid_argument, -32602, 200}, Row{Errc::unauthenticated, -32000, 401},
        Row{Errc::forbidden, -32000, 403},        Row{Errc::not_found, -32602, 200},
        Row{Errc::conflict, -32600, 400},         Row{Errc::rate_limited, -32000, 429},
        Row{Errc::too_large, -32600, 400},        Row{Errc::unsupported, -32601, 200},
        Row{Errc::upstream_failed, -32000, 200},  Row{Errc::unavailable, -32000, 503},
        Row{Errc::timed_out, -32000, 200},        Row{Errc::cancelled, -32000, 200},
        Row{Errc::internal, -32603, 200},
    };
    for (const auto& row : rows) {
        const auto error = wire_error({row.code, "Why."});
        EXPECT_EQ(error.code, row.wire) << name_of(row.code);
        EXPECT_EQ(error.http_status, row.status) << name_of(row.code);
        EXPECT_EQ(error.message, "Why.");
    }
}

TEST(WireError, TellsWhenToTryAgain) {
    const auto error = wire_error({Errc::unavailable, "Busy.", "busy", std::chrono::milliseconds{1500}});

    EXPECT_EQ(error.data, R"({"reason":"busy","retryAfterMs":1500})");
}

TEST(WireError, ShowsNoMoreOfAnUnknownMethodThanIsUseful) {
    EXPECT_LT(method_not_found(std::string(100'000, 'x')).message.size(), 200u);
}

TEST(WireError, NamesTheSupportedRevisionsBesideTheRequestedOne) {
    const auto error = unsupported_version("2030-01-01");

    EXPECT_EQ(error.code, -32022);
    EXPECT_EQ(error.data, R"({"supported":["2026-07-28"],"requested":"2030-01-01"})");
    EXPECT_EQ(error.http_status, 400);
}

TEST(WireError, HasAStatusForAMissingAbilityOnlyWhereTheCodeIsItsOwn) {
    EXPECT_EQ(missing_capability("{}", -32021).http_status, 400);
    EXPECT_EQ(missing_capability("{}", -32600).http_status, 200)
        << "clients of the handshake take 400 for a broken way";
}

}  // namespace
}  // namespace flux::mcp
