#include "transport/http_reply.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "transport/http_response.hpp"

namespace flux::transport {
namespace {

std::string written(const HttpResponse& response, ResponseFrame frame = {}) {
    std::string out;
    append_response(out, response, frame);
    return out;
}

TEST(HttpReply, GivesEachErrorItsStatus) {
    struct Row {
        Errc code;
        int status;
    };
    const std::array rows{
        Row{Errc::invalid_argument, 400}, Row{Errc::unauthenticated, 401}, Row{Errc::forbidden, 403},
        Row{Errc::not_found, 404},        Row{Errc::conflict, 409},        Row{Errc::rate_limited, 429},
        Row{Errc::too_large, 413},        Row{Errc::unsupported, 415},     Row{Errc::upstream_failed, 502},
        Row{Errc::unavailable, 503},      Row{Errc::timed_out, 504},       Row{Errc::cancelled, 409},
        Row{Errc::internal, 500},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(name_of(row.code));
        EXPECT_EQ(status_of(row.code), row.status);
    }
}

TEST(HttpReply, SaysWhatWasWrongAsJson) {
    const auto response = reply(Error{Errc::not_found, "No \"such\" run.", "run_not_found", {}});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, R"({"error":{"code":"not_found","message":"No \"such\" run.","reason":"run_not_found"}})");
}

TEST(HttpReply, AsksForAToken) {
    EXPECT_NE(written(reply(Error{Errc::unauthenticated, "A token is needed."})).find("WWW-Authenticate: Bearer\r\n"),
              std::string::npos);
}

TEST(HttpReply, RoundsTheTimeToTryAgainUp) {
    const auto text = written(reply(Error{Errc::unavailable, "Draining.", {}, std::chrono::milliseconds{1200}}));
    EXPECT_NE(text.find("HTTP/1.1 503 Service Unavailable\r\n"), std::string::npos);
    EXPECT_NE(text.find("Retry-After: 2\r\n"), std::string::npos);
}

TEST(HttpReply, NamesTheLimitThatWasReached) {
    const admission::TurnRefused refused{std::chrono::milliseconds{11'001}, {}, 30};
    const FieldList expected{
        {"Retry-After", "12"}, {"RateLimit-Policy", "\"requests\";q=30;w=60"}, {"RateLimit", "\"requests\";r=0;t=12"}};
    EXPECT_EQ(limit_fields(refused), expected);
}

TEST(HttpReply, NamesTheMethodsThatWouldDo) {
    EXPECT_NE(written(reply_not_allowed("GET, HEAD")).find("Allow: GET, HEAD\r\n"), std::string::npos);
}

TEST(HttpResponse, LeavesTheBodyOutForHead) {
    HttpResponse response;
    response.body = "hello";
    const auto text = written(response, {.keep_alive = false, .head_only = true});
    EXPECT_TRUE(text.ends_with("Connection: close\r\nContent-Length: 5\r\n\r\n")) << text;
}

TEST(HttpResponse, HasNoLengthWhereThereIsNoBody) {
    HttpResponse response;
    response.status = 304;
    EXPECT_EQ(written(response).find("Content-Length"), std::string::npos);
}

TEST(HttpResponse, NeverLetsAValueBeginAnotherField) {
    std::string out;
    append_field(out, "Location", "/a\r\nSet-Cookie: b");
    EXPECT_EQ(out, "Location: /a  Set-Cookie: b\r\n");
}

}  // namespace
}  // namespace flux::transport
