#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "logs/log_cursor.hpp"
#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using builds::Conclusion;
using testing::HasSubstr;

std::vector<std::int64_t> lines_of(const Answered& answered) {
    std::vector<std::int64_t> lines;
    for (const auto& match : answered.structured.at("matches").as_array()) lines.push_back(match.at("line").as_int64());
    return lines;
}

/// Two jobs, with "needle" in lines 3 and 5 of the first and line 2 of the second.
void fill(ToolBench& bench) {
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.jobs.reserve(2);
    bench.provider.add_job(run, 3, "build", {"one", "two", "a needle", "four", "Needle and needle", "six", "seven"},
                           Conclusion::success);
    bench.provider.add_job(run, 4, "test", {"hay", "\x1b[31mneedle\x1b[0m (a+b)", "hay"}, Conclusion::failure);
}

TEST(SearchLogs, FindsTextInEveryJobWithWhatStandsAroundIt) {
    ToolBench bench;
    fill(bench);

    const auto answered = bench.call("builds.searchLogs", R"({"run_id":12,"pattern":"needle","context":1})");

    ASSERT_FALSE(answered.is_error) << answered.text;
    EXPECT_EQ(lines_of(answered), (std::vector<std::int64_t>{3, 5, 2}));
    EXPECT_EQ(answered.structured.at("total").as_int64(), 3);
    EXPECT_FALSE(answered.structured.at("more").as_bool());
    EXPECT_TRUE(answered.structured.at("cursor").is_null());
    const auto& last = answered.structured.at("matches").at(2);
    EXPECT_EQ(last.at("job").as_string(), "test");
    EXPECT_EQ(last.at("step").as_string(), "Run tests");
    EXPECT_EQ(last.at("text").as_string(), "needle (a+b)");
    EXPECT_EQ(last.at("before").at(0).as_string(), "hay");
    EXPECT_EQ(last.at("after").at(0).as_string(), "hay");
    EXPECT_THAT(answered.text, HasSubstr("[job \"build\", step 1 \"Run tests\"]\n2- two\n3: a needle\n4- four\n"));
    EXPECT_THAT(answered.text, HasSubstr("<<<log-"));
}

TEST(SearchLogs, TakesTextByItsLettersAndExpressionsOnRequest) {
    struct Row {
        const char* name;
        const char* arguments;
        std::vector<std::int64_t> lines;
    };
    const std::vector<Row> rows{
        {"letters of an expression", R"x("pattern":"(a+b)")x", {2}},
        {"an expression", R"("pattern":"^needle|ne+dle$","regex":true)", {3, 5, 2}},
        {"ignoring case", R"("pattern":"NEEDLE AND","ignore_case":true)", {5}},
        {"one job", R"("pattern":"needle","job":"build")", {3, 5}},
        {"one step", R"("pattern":"needle","job":4,"step":"run")", {2}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ToolBench bench;
        fill(bench);

        const auto answered = bench.call("builds.searchLogs", R"({"run_id":12,)" + std::string{row.arguments} + "}");

        ASSERT_FALSE(answered.is_error) << answered.text;
        EXPECT_EQ(lines_of(answered), row.lines);
    }
}

TEST(SearchLogs, GoesOnBehindTheLastMatchWithoutLossOrRepetition) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.jobs.reserve(2);
    std::vector<std::string> lines;
    for (int i = 1; i <= 250; ++i) lines.push_back(i % 5 == 0 ? "needle" : "hay");
    bench.provider.add_job(run, 3, "build", lines, Conclusion::success);
    bench.provider.add_job(run, 4, "test", lines, Conclusion::success);

    std::vector<std::int64_t> seen;
    std::string cursor;
    for (int page = 0; page < 20; ++page) {
        const auto answered =
            bench.call("builds.searchLogs", R"({"run_id":12,"pattern":"needle","context":0,"limit":7)" +
                                                (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}");
        ASSERT_FALSE(answered.is_error) << answered.text;
        EXPECT_EQ(answered.structured.at("total").as_int64(), 100 - static_cast<std::int64_t>(seen.size()));
        for (const auto line : lines_of(answered)) seen.push_back(line);
        if (!answered.structured.at("more").as_bool()) break;
        cursor = answered.structured.at("cursor").as_string();
    }

    ASSERT_EQ(seen.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(seen[i], static_cast<std::int64_t>(i % 50 + 1) * 5);
}

TEST(SearchLogs, KeepsItsBudgetAndSaysHowToGoOn) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", std::vector<std::string>(500, "needle \"" + std::string(300, 'x') + "\""),
                           Conclusion::success);

    for (const int tokens : {1000, 4000}) {
        SCOPED_TRACE(tokens);
        const auto answered =
            bench.call("builds.searchLogs",
                       R"({"run_id":12,"pattern":"needle","limit":100,"max_tokens":)" + std::to_string(tokens) + "}");

        const auto size = answered.text.size() + boost::json::serialize(answered.structured).size();
        EXPECT_LE(size, static_cast<std::size_t>(tokens) * 4);
        EXPECT_GE(lines_of(answered).size(), 1U);
        EXPECT_EQ(answered.structured.at("total").as_int64(), 500);
        EXPECT_GT(answered.structured.at("omitted").at("matches").as_int64(), 0);
        EXPECT_THAT(answered.text, HasSubstr("Next: builds.searchLogs {"));
    }
}

TEST(SearchLogs, NextCallHasEveryArgumentOfTheCaller) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", std::vector<std::string>(50, "a Needle in the hay"), Conclusion::success);

    const auto answered = bench.call(
        "builds.searchLogs",
        R"({"run_id":12,"pattern":"ne+dle","regex":true,"ignore_case":true,"job":"build","step":"Run","context":0,)"
        R"("limit":3,"max_tokens":2000})");

    const auto& next = answered.structured.at("next").at(0);
    EXPECT_EQ(next.at("tool").as_string(), "builds.searchLogs");
    auto arguments = next.at("arguments").as_object();
    EXPECT_EQ(arguments.at("cursor").as_string(), answered.structured.at("cursor").as_string());
    arguments.erase("cursor");
    EXPECT_EQ(boost::json::serialize(arguments),
              R"({"run_id":12,"pattern":"ne+dle","regex":true,"ignore_case":true,"job":"build","step":"Run",)"
              R"("context":0,"limit":3,"max_tokens":2000})");
    const auto second = bench.call("builds.searchLogs", boost::json::serialize(next.at("arguments")));
    EXPECT_EQ(lines_of(second), (std::vector<std::int64_t>{4, 5, 6}));
}

TEST(SearchLogs, SaysWhyThereIsNothing) {
    ToolBench bench;
    fill(bench);
    auto& queued = bench.provider.add_run(13, Conclusion::success);
    queued.status = builds::Status::queued;
    queued.conclusion.reset();

    const auto none = bench.call("builds.searchLogs", R"({"run_id":12,"pattern":"thimble"})");
    const auto early = bench.call("builds.searchLogs", R"({"run_id":13,"pattern":"needle"})");

    EXPECT_EQ(none.structured.at("why").as_string(),
              "No line holds \"thimble\". With ignore_case upper and lower case are the same.");
    EXPECT_EQ(none.structured.at("look_again_in_s").as_int64(), 0);
    EXPECT_THAT(std::string{early.structured.at("why").as_string()}, HasSubstr("Run 13 is queued"));
    EXPECT_GT(early.structured.at("look_again_in_s").as_int64(), 0);
}

TEST(SearchLogs, NamesWhatIsWrong) {
    ToolBench bench;
    fill(bench);

    EXPECT_EQ(bench.call("builds.searchLogs", R"({"run_id":12,"pattern":"(","regex":true})").error_code(),
              "invalid_pattern");
    EXPECT_EQ(bench.call("builds.searchLogs", R"({"run_id":12,"pattern":""})").error_code(), "invalid_pattern");
    EXPECT_EQ(bench.call("builds.searchLogs", R"({"run_id":12,"pattern":"x","job":"fly"})").error_code(),
              "job_not_found");
    EXPECT_TRUE(bench.call("builds.searchLogs", R"({"run_id":12})").is_error);
    const auto second = logs::LogCursor{.run = 12, .attempt = 2}.encode();
    const auto elsewhere = R"({"run_id":12,"pattern":"x","attempt":1,"cursor":")" + second + "\"}";
    EXPECT_EQ(bench.call("builds.searchLogs", elsewhere).error_code(), "cursor_mismatch");
}

}  // namespace
}  // namespace flux::tools
