#include "mcp/stateless.hpp"

#include <gtest/gtest.h>

#include <array>

#include "unit/mcp/example_server.hpp"

namespace flux::mcp {
namespace {

constexpr auto version = "io.modelcontextprotocol/protocolVersion";
constexpr auto capabilities = "io.modelcontextprotocol/clientCapabilities";

/// Reads `params` (JSON) of a `method` as a modern request with these headers.
tl::expected<RequestScope, WireError> read(const std::string& params, const HttpFacts* headers = nullptr,
                                           std::string method = "tools/call") {
    const ServerOptions options;
    const Introduction introduction{options, Catalog{}};
    const json::Raw raw{params};
    return Stateless{introduction}.read({{"1"}, std::move(method), raw, raw.member("_meta")}, headers);
}

std::string params(const std::string& meta) { return R"({"name":"demo.echo","_meta":{)" + meta + "}}"; }

std::string envelope(const std::string& more = "") {
    return std::string{"\""} + version + R"(":"2026-07-28",")" + capabilities + R"(":{})" + more;
}

TEST(Stateless, ReadsWhatARequestSaysOfItself) {
    const auto scope = read(params(envelope(R"(,"progressToken":"t")")));

    ASSERT_TRUE(scope);
    EXPECT_EQ(scope->revision, Revision::july_2026);
    EXPECT_EQ(scope->progress_token, "\"t\"");
    EXPECT_EQ(scope->unknown_method_status, 404);
    EXPECT_EQ(scope->unknown_resource_code, -32602);
    EXPECT_TRUE(scope->marks_keeping);
    EXPECT_FALSE(scope->result_marks.empty());
}

TEST(Stateless, RefusesAnEnvelopeThatIsNotWellFormed) {
    struct Row {
        const char* name;
        std::string meta;
        int code;
    };
    const std::string v = std::string{"\""} + version + "\":";
    const std::string c = std::string{"\""} + capabilities + "\":";
    const std::array rows{
        Row{"no version", c + "{}", -32602},
        Row{"a version that is a number", v + "7," + c + "{}", -32602},
        Row{"no capabilities", v + R"("2026-07-28")", -32602},
        Row{"capabilities that are a list", v + R"("2026-07-28",)" + c + "[]", -32602},
        Row{"a client without version", envelope(R"(,"io.modelcontextprotocol/clientInfo":{"name":"x"})"), -32602},
        Row{"a client that is a string", envelope(R"(,"io.modelcontextprotocol/clientInfo":"x")"), -32602},
        Row{"an unknown level", envelope(R"(,"io.modelcontextprotocol/logLevel":"loud")"), -32602},
        Row{"a token of a half", envelope(R"(,"progressToken":1.5)"), -32602},
        Row{"a version to come", v + R"("2027-01-01",)" + c + "{}", -32022},
        Row{"a version with a handshake", v + R"("2025-11-25",)" + c + "{}", -32022},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto scope = read(params(row.meta));

        ASSERT_FALSE(scope);
        EXPECT_EQ(scope.error().code, row.code);
        EXPECT_EQ(scope.error().http_status, 400);
    }
}

TEST(Stateless, AcceptsWhatIsOptional) {
    EXPECT_TRUE(read(params(envelope(R"(,"io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"},)"
                                     R"("io.modelcontextprotocol/logLevel":"info","traceparent":"00-1-2-3")"))));
}

TEST(Stateless, HoldsTheHeadersAgainstTheBody) {
    struct Row {
        const char* name;
        HttpFacts headers;
        int code;
    };
    const auto headers = [](std::optional<std::string_view> v, std::optional<std::string_view> m,
                            std::optional<std::string_view> n) {
        HttpFacts facts;
        facts.protocol_version = v;
        facts.method = m;
        facts.name = n;
        return facts;
    };
    const std::array rows{
        Row{"all there", headers("2026-07-28", "tools/call", "demo.echo"), 0},
        Row{"blanks around values", headers(" 2026-07-28", "tools/call\t", " demo.echo "), 0},
        Row{"an encoded name", headers("2026-07-28", "tools/call", "=?base64?ZGVtby5lY2hv?="), 0},
        Row{"no version", headers({}, "tools/call", "demo.echo"), -32020},
        Row{"another version", headers("2025-11-25", "tools/call", "demo.echo"), -32020},
        Row{"no method", headers("2026-07-28", {}, "demo.echo"), -32020},
        Row{"another method", headers("2026-07-28", "tools/list", "demo.echo"), -32020},
        Row{"a method in capitals", headers("2026-07-28", "Tools/Call", "demo.echo"), -32020},
        Row{"no name", headers("2026-07-28", "tools/call", {}), -32020},
        Row{"another name", headers("2026-07-28", "tools/call", "demo.wait"), -32020},
        Row{"bad base64", headers("2026-07-28", "tools/call", "=?base64?ZGVtby5lY2hv=?="), -32020},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto scope = read(params(envelope()), &row.headers);

        EXPECT_EQ(scope ? 0 : scope.error().code, row.code);
        EXPECT_EQ(scope ? 200 : scope.error().http_status, row.code == 0 ? 200 : 400);
    }
}

TEST(Stateless, WantsNoNameWhereTheMethodHasNone) {
    HttpFacts headers;
    headers.protocol_version = "2026-07-28";
    headers.method = "tools/list";

    EXPECT_TRUE(read(params(envelope()), &headers, "tools/list"));
}

TEST(Stateless, KnowsItsRevisionsByTheirNames) {
    EXPECT_TRUE(Stateless::is_named_by("2026-07-28"));
    EXPECT_TRUE(Stateless::is_named_by("2027-01-01"));
    for (const auto* other : {"2025-11-25", "2024-11-05", "", "x", "9999-99-99x", "zzzzzzzzzz"}) {
        EXPECT_FALSE(Stateless::is_named_by(other)) << other;
    }
    EXPECT_FALSE(Stateless::is_named_by({}));
}

}  // namespace
}  // namespace flux::mcp
