#include "page/log_download.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

#include "fakes/fake_provider.hpp"
#include "fakes/loop.hpp"
#include "fakes/manual_clock.hpp"

namespace flux::page {
namespace {

using testing::HasSubstr;
using transport::HttpRequest;
using transport::HttpResponse;

class LogDownloadTest : public testing::Test {
protected:
    LogDownloadTest() {
        auto& run = provider_.add_run(7, builds::Conclusion::failure);
        auto& job = provider_.add_job(run, 70, "build", {}, builds::Conclusion::failure);
        provider_.write(job, "\x1b[31mred\x1b[0m and \x1b]0;title\x07plain");
        provider_.write(job, "##[error]it broke");
        provider_.logs[70][0].time = WallTime{std::chrono::milliseconds{1'700'000'000'123}};
        cookie_ = "flux_session=" +
                  std::string{door_.sign_in_by_link(knock(), door_.make_link("ann").code.reveal())->cookie.reveal()};
    }

    static admission::Knock knock() {
        admission::Knock knock;
        knock.peer_address = "127.0.0.1";
        knock.port = 8787;
        knock.host = "127.0.0.1:8787";
        return knock;
    }

    HttpResponse get(std::string path, std::string query = {}, bool with_cookie = true) {
        HttpRequest request;
        request.method = "GET";
        request.path = std::move(path);
        request.query = std::move(query);
        request.host = "127.0.0.1:8787";
        request.peer = "127.0.0.1";
        request.port = 8787;
        if (with_cookie) request.fields.emplace_back("cookie", cookie_);
        return run(download_.answer(std::move(request)));
    }

    static std::string body_of(const HttpResponse& response) {
        std::string all;
        for (;;) {
            const auto piece = run(response.source->next());
            if (!piece) return all + "(" + piece.error().message + ")";
            if (piece->empty()) return all;
            all += *piece;
        }
    }

    static admission::DoorSettings with_token() {
        admission::DoorSettings settings;
        settings.tokens = *admission::Tokens::parse(Secret{"a-token-0123456789abcdef"});
        return settings;
    }

    ManualClock clock_;
    FakeProvider provider_;
    async::BlockingPool pool_{1};
    admission::Door front_{with_token(), clock_};
    admission::PageDoor door_{front_, {.rate_limit = {50}}, clock_};
    LogDownload download_{door_, provider_, pool_};
    std::string cookie_;
};

TEST_F(LogDownloadTest, KnowsItsPaths) {
    EXPECT_TRUE(LogDownload::is_meant("/api/runs/7/jobs/70/log"));
    EXPECT_TRUE(LogDownload::is_meant("/api/runs/7/jobs/70/lines"));
    for (const auto* path : {"/api/runs/7", "/api/runs/7/jobs/70", "/api/runs/7/jobs/70/log/",
                             "/api/runs/7/steps/1/log", "/api/runs/7/jobs/70/zip", "/api/runs"}) {
        EXPECT_FALSE(LogDownload::is_meant(path)) << path;
    }
}

TEST_F(LogDownloadTest, GivesTheWholeLogAsPlainText) {
    const auto response = get("/api/runs/7/jobs/70/log");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    EXPECT_THAT(response.fields,
                testing::Contains(testing::Pair("Content-Disposition", "attachment; filename=\"run-7-job-70.log\"")));
    EXPECT_THAT(response.fields, testing::Contains(testing::Pair("Cache-Control", "no-store")));
    EXPECT_EQ(body_of(response), "2023-11-14T22:13:20.1230000Z red and plain\n##[error]it broke\n");
}

TEST_F(LogDownloadTest, GivesLinesWithTheirColoursAndNothingElseOfTheTerminal) {
    const auto response = get("/api/runs/7/jobs/70/lines");
    EXPECT_EQ(response.content_type, "application/x-ndjson");
    EXPECT_EQ(body_of(response), R"({"total_lines":2,"complete":false})"
                                 "\n"
                                 R"([1,1700000000123,"plain",1,"\u001b[31mred\u001b[0m and plain"])"
                                 "\n"
                                 R"([2,null,"error",1,"##[error]it broke"])"
                                 "\n");
}

TEST_F(LogDownloadTest, GivesThePartThatIsAskedFor) {
    auto& job = provider_.known[7].jobs[0];
    for (int line = 3; line <= 50'000; ++line) provider_.write(job, "line " + std::to_string(line));
    const auto part = body_of(get("/api/runs/7/jobs/70/lines", "first=2&count=3&attempt=4"));
    EXPECT_THAT(part, testing::StartsWith(R"({"total_lines":50000,)"));
    EXPECT_THAT(part, testing::EndsWith("[4,null,\"plain\",1,\"line 4\"]\n"));
    EXPECT_EQ(provider_.reads.back().attempt, 4);

    const auto all = body_of(get("/api/runs/7/jobs/70/log"));
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 50'000);
    for (const auto& read : provider_.reads) EXPECT_LE(read.max_bytes, std::size_t{256 * 1024});

    EXPECT_EQ(body_of(get("/api/runs/7/jobs/70/lines", "first=50001")), "{\"total_lines\":50000,\"complete\":false}\n");
    const auto usual = body_of(get("/api/runs/7/jobs/70/lines", "first=101"));
    EXPECT_EQ(std::count(usual.begin(), usual.end(), '\n'), 20'001);
}

TEST_F(LogDownloadTest, EndsWhereTheLogEndedWhenItWasAskedFor) {
    auto& job = provider_.known[7].jobs[0];
    const auto response = get("/api/runs/7/jobs/70/log");
    provider_.write(job, "later");
    EXPECT_THAT(body_of(response), testing::Not(HasSubstr("later")));
}

TEST_F(LogDownloadTest, BreaksOffWhenTheLogIsTakenAway) {
    auto& job = provider_.known[7].jobs[0];
    for (int line = 3; line <= 20'000; ++line) provider_.write(job, "line " + std::to_string(line));
    const auto response = get("/api/runs/7/jobs/70/log");
    provider_.logs[70].clear();
    EXPECT_THAT(body_of(response), HasSubstr("(The log ended before its end.)"));
}

TEST_F(LogDownloadTest, RefusesWhatItCannotRead) {
    struct Row {
        const char* path;
        const char* query;
        int status;
    };
    constexpr std::array rows{
        Row{"/api/runs/x/jobs/70/log", "", 404},
        Row{"/api/runs/0/jobs/70/log", "", 404},
        Row{"/api/runs/7/jobs/99999999999999999999/log", "", 404},
        Row{"/api/runs/7/jobs/-1/lines", "", 404},
        Row{"/api/runs/7/jobs/70/lines", "first=0", 400},
        Row{"/api/runs/7/jobs/70/lines", "count=100001", 400},
        Row{"/api/runs/7/jobs/70/lines", "count=many", 400},
        Row{"/api/runs/7/jobs/70/log", "attempt=-1", 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string{row.path} + "?" + row.query);
        EXPECT_EQ(get(row.path, row.query).status, row.status);
    }
}

TEST_F(LogDownloadTest, AsksEachTimeWhoIsThereAndHowOften) {
    EXPECT_EQ(get("/api/runs/7/jobs/70/log", "", false).status, 401);
    for (int i = 0; i < 50; ++i) ASSERT_EQ(get("/api/runs/7/jobs/70/lines").status, 200);
    const auto refused = get("/api/runs/7/jobs/70/lines");
    EXPECT_EQ(refused.status, 429);
    EXPECT_THAT(refused.fields, testing::Contains(testing::Pair("Retry-After", testing::_)));
    EXPECT_EQ(provider_.reads.size(), 50U) << "who is refused costs nothing";
}

}  // namespace
}  // namespace flux::page
