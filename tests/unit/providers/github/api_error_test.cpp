#include "providers/github/api_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

using testing::HasSubstr;

net::HttpReply reply(int status, std::string body, net::HttpFields fields = {}) {
    return {.status = status, .fields = std::move(fields), .body = std::move(body)};
}

TEST(ErrorFrom, NamesTheMissingPermission) {
    const auto error =
        error_from(reply(403, R"({"message":"Resource not accessible by personal access token"})",
                         {{"x-accepted-github-permissions", "actions=write,contents=read; checks=read"}}),
                   "start `deploy.yml`", "octo/site");

    EXPECT_EQ(error.code, Errc::forbidden);
    EXPECT_EQ(error.reason, "permission_missing");
    EXPECT_THAT(error.message, HasSubstr("`actions: write` and `contents: read`, or `checks: read`"));
    EXPECT_THAT(error.message, HasSubstr("Resource not accessible"));
}

TEST(ErrorFrom, TellsWhatTheReaderCanDo) {
    struct Row {
        int status;
        const char* body;
        Errc code;
        const char* says;
    };
    for (const auto& row : {
             Row{401, R"({"message":"Bad credentials"})", Errc::upstream_failed, "renew GITHUB_TOKEN"},
             Row{404, R"({"message":"Not Found"})", Errc::not_found, "may not see it"},
             Row{409, R"({"message":"Cannot cancel a workflow run that is completed."})", Errc::conflict, "completed"},
             Row{410, "{}", Errc::not_found, "gone"},
             Row{422, R"({"message":"Validation Failed","errors":[{"resource":"X","field":"ref","code":"missing"}]})",
                 Errc::invalid_argument, "ref: missing"},
             Row{422, R"({"message":"No","errors":["one","two"]})", Errc::invalid_argument, "one; two"},
             Row{429, "{}", Errc::rate_limited, "rate limit"},
             Row{502, "<html>", Errc::unavailable, "Try again"},
             Row{418, "tea", Errc::upstream_failed, "418"},
         }) {
        SCOPED_TRACE(row.status);
        const auto error = error_from(reply(row.status, row.body), "do it", "octo/site");
        EXPECT_EQ(error.code, row.code);
        EXPECT_THAT(error.message, HasSubstr(row.says));
    }
}

TEST(MessageOf, IsCleanAndShort) {
    EXPECT_EQ(message_of(reply(422, "<html>")), "");
    EXPECT_EQ(message_of(reply(422, R"({"message":7})")), "");
    EXPECT_LE(message_of(reply(422, R"({"message":")" + std::string(5000, 'x') + R"("})")).size(), 310U);
}

}  // namespace
}  // namespace flux::providers::github
