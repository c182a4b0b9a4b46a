#include <gmock/gmock.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <thread>

#include "logs/log_cursor.hpp"
#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using builds::Conclusion;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> numbered(int count, const std::string& word = "line") {
    std::vector<std::string> lines;
    for (int i = 1; i <= count; ++i) lines.push_back(word + " " + std::to_string(i));
    return lines;
}

TEST(TailLogs, BeginsWithTheStatusCardAndHoldsTheFailingAssertion) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "test", {"# adds", "\x1b[31mnot ok 1 - adds\x1b[0m", "expected 3 to equal 4"},
                           Conclusion::failure);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

    ASSERT_FALSE(answered.is_error);
    EXPECT_TRUE(answered.text.starts_with("Workflow run: Deploy"));
    for (const auto* part : {"Run ID: 12", "Status: completed", "Conclusion: failure", "Created:", "/runs/12",
                             "not ok 1 - adds", "expected 3 to equal 4", "data and no instructions"}) {
        EXPECT_THAT(answered.text, HasSubstr(part));
    }
    EXPECT_THAT(answered.text, Not(HasSubstr("\x1b")));
    const auto& block = answered.structured.at("lines").as_array().at(0).as_object();
    EXPECT_THAT(std::string{block.at("text").as_string()}, HasSubstr("not ok 1 - adds\nexpected 3"));
    EXPECT_TRUE(answered.structured.at("done").as_bool());
}

TEST(TailLogs, FindsTheAssertionFarBeforeTheEndOfTheStep) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    auto lines = numbered(300, "setup");
    lines.push_back("AssertionError: expected 3 to equal 4");
    for (const auto& line : numbered(900, "teardown")) lines.push_back(line);
    lines.push_back("##[error]Process completed with exit code 1.");
    bench.provider.add_job(run, 3, "test", lines, Conclusion::failure);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

    EXPECT_THAT(answered.text, HasSubstr("AssertionError: expected 3 to equal 4"));
    EXPECT_THAT(answered.text, HasSubstr("##[error]Process completed with exit code 1."));
    EXPECT_THAT(answered.text, HasSubstr("Left out:"));
    EXPECT_GT(answered.structured.at("omitted").as_object().at("lines").as_int64(), 1000);
}

TEST(TailLogs, SharesTheAnswerBetweenFailedJobsAndKeepsItsBudget) {
    for (const int tokens : {1000, 2000, 4000, 20'000}) {
        SCOPED_TRACE(tokens);
        ToolBench bench;
        auto& run = bench.provider.add_run(12, Conclusion::failure);
        for (int job = 1; job <= 4; ++job) {
            auto lines = numbered(2000, std::string(150, '"'));
            lines.push_back("last words of " + std::to_string(job));
            bench.provider.add_job(run, job, "test" + std::to_string(job), lines, Conclusion::failure);
        }

        const auto answered =
            bench.call("builds.tailLogs", R"({"run_id":12,"lines":5000,"max_tokens":)" + std::to_string(tokens) + "}");

        for (int job = 1; job <= 4 && tokens >= 2000; ++job) {
            EXPECT_THAT(answered.text, HasSubstr("last words of " + std::to_string(job)));
        }
        const auto size = answered.text.size() + boost::json::serialize(answered.structured).size();
        EXPECT_LE(size, static_cast<std::size_t>(tokens) * 4);
        EXPECT_GT(answered.structured.at("lines").as_array().size(), 0U);
        EXPECT_GT(answered.structured.at("omitted").at("lines").as_int64(), 0);
    }
}

TEST(TailLogs, GivesEachOfManyFailedJobsAShareTheFirstErrorOfTheFirstJobFirst) {
    for (const int jobs : {30, 200}) {
        SCOPED_TRACE(jobs);
        ToolBench bench;
        auto& run = bench.provider.add_run(12, Conclusion::failure);
        for (int job = 1; job <= jobs; ++job) {
            const auto name = std::to_string(job);
            auto lines = numbered(50, "compiling");
            lines.push_back("src/a" + name + "x.c:3:5: error: the first of job " + name + " is wrong");
            for (const auto& line : numbered(50, "compiling")) lines.push_back(line);
            lines.push_back("src/b" + name + "x.c:9:5: error: the last of job " + name + " is wrong");
            lines.emplace_back("##[error]Process completed with exit code 2.");
            bench.provider.add_job(run, job, "shard " + name, lines, Conclusion::failure);
        }

        const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

        EXPECT_LE(answered.on_the_wire, 16'000U);
        std::size_t shown = 0;
        std::size_t before = 0;
        while (true) {
            const auto at = answered.text.find("the first of job " + std::to_string(shown + 1) + " ");
            if (at == std::string::npos) break;
            EXPECT_GT(at, before);
            before = at;
            ++shown;
        }
        EXPECT_GE(shown, 30U) << answered.text;
        const auto left_out = static_cast<std::size_t>(jobs) - shown;
        const auto& omitted = answered.structured.at("omitted").as_object();
        EXPECT_EQ(omitted.contains("jobs") ? omitted.at("jobs").as_int64() : 0, static_cast<std::int64_t>(left_out));
        if (left_out == 0) continue;
        const auto next = std::to_string(shown + 1);
        EXPECT_EQ(omitted.at("next").as_string(), "builds.tailLogs {\"run_id\":12,\"job\":" + next + "}");
        EXPECT_THAT(answered.text, HasSubstr("whole jobs: \"shard " + next + "\""));
    }
}

TEST(TailLogs, AsksForTheRestAsItWasAsked) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.jobs.reserve(2);
    bench.provider.add_job(run, 3, "build", numbered(300, std::string(40, 'x')), Conclusion::failure);
    bench.provider.add_job(run, 4, "test", numbered(300, std::string(40, 'x')), Conclusion::failure);
    const auto rest_of = [&](const std::string& how) {
        const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"lines":20)" + how + "}");
        return std::string{answered.structured.at("omitted").at("next").as_string()};
    };

    struct Row {
        const char* asked;
        const char* rest;
    };
    const std::array rows{
        Row{R"(,"job":"test","timestamps":true)",
            R"(builds.tailLogs {"run_id":12,"timestamps":true,"job":"test","step":1,"lines":800,"max_tokens":20000})"},
        Row{R"(,"job":"*","step":"Run")",
            R"(builds.tailLogs {"run_id":12,"step":"Run","job":"*","cursor":"CURSOR","lines":10000,"max_tokens":20000})"},
    };
    for (const auto& row : rows) {
        auto rest = rest_of(row.asked);
        const auto cursor = rest.find(R"("cursor":")");
        if (cursor != std::string::npos) {
            const auto begin = cursor + 10;
            rest.replace(begin, rest.find('"', begin) - begin, "CURSOR");
        }
        EXPECT_EQ(rest, row.rest) << row.asked;
    }
}

TEST(TailLogs, CountsOfLoudLinesOnlyWhatIsLoud) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    auto lines = numbered(300, "compiling");
    for (std::size_t i = 0; i < 50; ++i) lines[i * 5] = "##[error]bad " + std::to_string(i);
    bench.provider.add_job(run, 3, "build", lines, Conclusion::failure);

    const auto some = bench.call("builds.tailLogs", R"({"run_id":12,"level":"error","lines":20})");
    EXPECT_EQ(some.structured.at("omitted").at("lines").as_int64(), 30);
    EXPECT_EQ(some.structured.at("omitted").at("next").as_string(),
              R"(builds.tailLogs {"run_id":12,"level":"error","job":"build","step":1,"lines":800,"max_tokens":20000})");
    EXPECT_THAT(some.text, HasSubstr("##[error]bad 49"));
    const auto all = bench.call("builds.tailLogs", R"({"run_id":12,"level":"error","lines":200})");
    EXPECT_TRUE(all.structured.at("omitted").is_null());
    EXPECT_THAT(all.text, HasSubstr("##[error]bad 0"));
}

TEST(TailLogs, ReadsARunOfAThousandJobsPageByPageInABudgetThatItsCursorFits) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.jobs.reserve(1000);
    for (int job = 1; job <= 1000; ++job) {
        const auto id = 75'000'000'000 + job * 3;
        bench.provider.add_job(run, id, "job " + std::to_string(job), {"of job " + std::to_string(job), "\"and more\""},
                               Conclusion::success);
    }

    std::string arguments =
        R"({"run_id":12,"lines":10000,"max_tokens":20000,"cursor":")" + logs::LogCursor{.run = 12}.encode() + "\"}";
    std::vector<std::string> seen;
    for (int page = 0; page < 100; ++page) {
        const auto answered = bench.call("builds.tailLogs", arguments);
        EXPECT_LE(answered.on_the_wire, 80'000U);
        for (const auto& block : answered.structured.at("lines").as_array()) {
            seen.emplace_back(block.at("job").as_string());
            EXPECT_EQ(block.at("text").as_string(), "of " + seen.back() + "\n\"and more\"");
        }
        if (answered.structured.at("done").as_bool()) break;
        arguments = R"({"run_id":12,"lines":10000,"max_tokens":20000,"cursor":")" +
                    std::string{answered.structured.at("cursor").as_string()} + "\"}";
    }
    ASSERT_EQ(seen.size(), 1000U);
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], "job " + std::to_string(i + 1));
    EXPECT_LE(bench.call("builds.tailLogs", R"({"run_id":12,"max_tokens":1000})").on_the_wire, 4000U);
}

TEST(TailLogs, KeepsItsBudgetWithManyLongNamesAndWhileItFollows) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.jobs.reserve(40);
    for (int job = 1; job <= 40; ++job) {
        bench.provider.add_job(run, job, "test " + std::string(100, 'n') + std::to_string(job),
                               numbered(200, std::string(40, 'x')), Conclusion::failure);
    }
    const auto cursor = logs::LogCursor{.run = 12, .attempt = 0, .next = {}}.encode();
    for (const std::string& extra : {std::string{}, std::string{R"(,"lines":5000)"}}) {
        for (const std::string& from : {std::string{}, R"(,"cursor":")" + cursor + "\""}) {
            const auto answered =
                bench.call("builds.tailLogs", R"({"run_id":12,"max_tokens":4000)" + extra + from + "}");

            EXPECT_LE(answered.text.size() + boost::json::serialize(answered.structured).size(), 16'000U);
            EXPECT_GT(answered.structured.at("lines").as_array().size(), 0U);
        }
    }
}

TEST(TailLogs, FoldsWhatRepeatsAndKeepsEveryNumberTrue) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    std::vector<std::string> lines{"begin"};
    for (int i = 0; i < 200; ++i) lines.emplace_back("warning: the same thing again and again");
    lines.emplace_back("between");
    for (int i = 0; i <= 100; ++i) lines.push_back("download " + std::to_string(i) + "% of 20 MB, from the registry");
    lines.emplace_back("end");
    bench.provider.add_job(run, 3, "build", lines, Conclusion::success);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"lines":20})");

    EXPECT_TRUE(answered.structured.at("omitted").is_null());
    EXPECT_THAT(answered.text, HasSubstr("lines 1-304]\nbegin\nwarning: the same thing again and again\n"
                                         "(lines 3-201: the line above, 199 more times)\nbetween\n"
                                         "download 0% of 20 MB, from the registry\n"
                                         "(lines 204-302: 99 more of this progress)\n"
                                         "download 100% of 20 MB, from the registry\nend\n"));
    // Every line of the log is in one block; those of a block that isn't folded stand in it, one by one.
    std::int64_t next = 1;
    std::int64_t folded = 0;
    for (const auto& entry : answered.structured.at("lines").as_array()) {
        const auto& block = entry.as_object();
        EXPECT_EQ(block.at("from_line").as_int64(), next);
        next = block.at("to_line").as_int64() + 1;
        if (block.contains("folded")) {
            folded += block.at("folded").as_int64();
            EXPECT_EQ(block.at("folded").as_int64(), next - block.at("from_line").as_int64());
            continue;
        }
        std::string shown;
        for (auto number = block.at("from_line").as_int64(); number < next; ++number) {
            shown += (shown.empty() ? "" : "\n") + lines.at(static_cast<std::size_t>(number - 1));
        }
        EXPECT_EQ(block.at("text").as_string(), shown);
    }
    EXPECT_EQ(next, 305);
    EXPECT_EQ(folded, 298);
}

TEST(TailLogs, FoldsOnlyWhatCostsMoreThanTellingOfIt) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", {"a", "same", "same", "same", "same", "same", "b"}, Conclusion::success);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

    EXPECT_THAT(answered.text, HasSubstr("a\nsame\nsame\nsame\nsame\nsame\nb\n"));
    EXPECT_EQ(answered.structured.at("lines").as_array().size(), 1U);
}

TEST(TailLogs, ShowsEachLineToWhoeverFollowsOrWantsTimes) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", std::vector<std::string>(60, "the same thing again and again"),
                           Conclusion::success);
    const auto cursor = logs::LogCursor{.run = 12, .attempt = 0, .next = {}}.encode();

    const auto followed = bench.call("builds.tailLogs", R"({"run_id":12,"cursor":")" + cursor + "\"}");
    const auto timed = bench.call("builds.tailLogs", R"({"run_id":12,"lines":60,"timestamps":true})");

    for (const auto* answered : {&followed, &timed}) {
        const auto& blocks = answered->structured.at("lines").as_array();
        ASSERT_EQ(blocks.size(), 1U);
        EXPECT_EQ(blocks.at(0).at("from_line").as_int64(), 1);
        EXPECT_EQ(blocks.at(0).at("to_line").as_int64(), 60);
        EXPECT_FALSE(blocks.at(0).as_object().contains("folded"));
    }
}

TEST(TailLogs, ShowsALineWhereOnlyARemarkWouldFit) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", std::vector<std::string>(60, "the same thing again and again"),
                           Conclusion::success);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"lines":1})");

    const auto& blocks = answered.structured.at("lines").as_array();
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(blocks.at(0).at("from_line").as_int64(), 60);
    EXPECT_EQ(blocks.at(0).at("text").as_string(), "the same thing again and again");
    EXPECT_EQ(answered.structured.at("omitted").at("lines").as_int64(), 59);
}

TEST(TailLogs, FollowsByCursorWithoutLossOrRepetition) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    auto& job = bench.provider.add_job(run, 3, "build", {"one", "two"}, std::nullopt);
    const auto first = bench.call("builds.tailLogs", R"({"run_id":12})");
    const std::string cursor{first.structured.at("cursor").as_string()};
    EXPECT_FALSE(first.structured.at("done").as_bool());
    bench.provider.write(job, "three");

    const auto ask = R"({"run_id":12,"cursor":")" + cursor + "\"}";
    const auto second = bench.call("builds.tailLogs", ask);
    const auto again = bench.call("builds.tailLogs", ask);

    const auto& lines = second.structured.at("lines").as_array();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.at(0).as_object().at("text").as_string(), "three");
    EXPECT_EQ(second.structured, again.structured);
}

TEST(TailLogs, TellsOfTheStepsOfAJobWhoseLinesComeAtItsEnd) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    run.live_log = builds::LiveLog::steps;
    auto& job = bench.provider.add_job(run, 3, "build", {}, std::nullopt);
    const auto ask = [&](const std::string& cursor) {
        return bench.call("builds.tailLogs",
                          cursor.empty() ? R"({"run_id":12})" : R"({"run_id":12,"cursor":")" + cursor + "\"}");
    };

    const auto first = ask("");
    const std::string cursor{first.structured.at("cursor").as_string()};
    EXPECT_EQ(first.structured.at("live").as_string(), "steps");
    EXPECT_THAT(first.text, HasSubstr("build, step 1 \"Run tests\": started"));
    EXPECT_THAT(first.text, HasSubstr("The lines of a job come when it has ended"));
    EXPECT_FALSE(ask(cursor).structured.contains("transitions"));

    job.steps[0].status = builds::Status::completed;
    job.steps[0].conclusion = Conclusion::failure;
    ++run.version;
    const auto second = ask(cursor);
    const auto again = ask(cursor);
    ASSERT_EQ(second.structured.at("transitions").as_array().size(), 1U);
    EXPECT_EQ(second.structured.at("transitions").at(0).at("conclusion").as_string(), "failure");
    EXPECT_EQ(second.structured, again.structured);

    bench.provider.write(job, "one");
    job.status = builds::Status::completed;
    const auto third = ask(std::string{second.structured.at("cursor").as_string()});
    EXPECT_EQ(third.structured.at("lines").at(0).at("text").as_string(), "one");
    EXPECT_FALSE(third.structured.contains("transitions"));
}

TEST(TailLogs, SaysThatALogIsStillToComeAndAsksForOneThatIsNamed) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.jobs.reserve(2);
    auto& job = bench.provider.add_job(run, 3, "build", {}, Conclusion::success);
    job.log_due = true;

    const auto due = bench.call("builds.tailLogs", R"({"run_id":12})");
    EXPECT_TRUE(bench.provider.reads.empty());
    EXPECT_FALSE(due.structured.at("done").as_bool());
    EXPECT_EQ(due.structured.at("log_state").as_string(), "not_yet");
    EXPECT_EQ(due.structured.at("look_again_in_s").as_int64(), 5);
    EXPECT_THAT(std::string{due.structured.at("why").as_string()}, HasSubstr("on its way"));
    EXPECT_THAT(due.text, Not(HasSubstr("nothing will follow")));

    job.reason = "Job \"build\" has ended, but GitHub has not put its log there yet.";
    const auto explained = bench.call("builds.tailLogs", R"({"run_id":12})");
    EXPECT_EQ(explained.structured.at("why").as_string(), job.reason) << "said once";

    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    bench.provider.add_job(run, 4, "test", {}, std::nullopt);
    const auto going_on = bench.call("builds.tailLogs", R"({"run_id":12})");
    EXPECT_EQ(going_on.structured.at("why").as_string(),
              "Run 12 has started and has written no line yet (Job \"build\" has ended, but GitHub has not put its log "
              "there yet).");
    run.jobs.pop_back();
    run.status = builds::Status::completed;
    run.conclusion = Conclusion::success;

    bench.call("builds.tailLogs", R"({"run_id":12,"job":"build"})");
    ASSERT_EQ(bench.provider.reads.size(), 1U);
    EXPECT_EQ(bench.provider.reads.front().job, 3);

    job.conclusion = Conclusion::failure;
    bench.call("builds.tailLogs", R"({"run_id":12})");
    EXPECT_EQ(bench.provider.reads.size(), 2U) << "of a job that failed it is wanted in any case";

    job.log_due = false;
    const auto never = bench.call("builds.tailLogs", R"({"run_id":12})");
    EXPECT_TRUE(never.structured.at("done").as_bool());
    EXPECT_EQ(never.structured.at("log_state").as_string(), "never_written");
}

TEST(Tools, SayOfEveryConclusionWhatToDoNext) {
    struct Row {
        Conclusion conclusion;
        std::string status;
        std::string tail;
    };
    const std::string both = "builds.diagnose builds.rerun ";
    for (const auto& row : {
             Row{Conclusion::success, "", ""},
             Row{Conclusion::neutral, "", ""},
             Row{Conclusion::skipped, "", ""},
             Row{Conclusion::failure, both, "builds.createPreview "},
             Row{Conclusion::timed_out, both, "builds.createPreview "},
             Row{Conclusion::startup_failure, both, both},
             Row{Conclusion::action_required, "builds.diagnose ", "builds.diagnose "},
             Row{Conclusion::stale, "builds.rerun ", "builds.rerun "},
             Row{Conclusion::cancelled, "builds.rerun ", "builds.rerun "},
         }) {
        SCOPED_TRACE(builds::name_of(row.conclusion));
        ToolBench bench;
        bench.provider.add_run(12, row.conclusion);
        const auto next_of = [&](std::string_view tool) {
            const auto answered = bench.call(tool, R"({"run_id":12})");
            EXPECT_THAT(answered.text, HasSubstr(std::string{"Conclusion: "} + builds::name_of(row.conclusion)));
            std::string calls;
            for (const auto& call : answered.structured.at("next").as_array()) {
                calls += std::string{call.at("tool").as_string()} + " ";
            }
            return calls;
        };
        EXPECT_EQ(next_of("builds.status"), row.status);
        EXPECT_EQ(next_of("builds.tailLogs"), row.tail);
    }
}

TEST(TailLogs, KeepsItsBudgetOverManyJobsThatShowStepsOnly) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    run.live_log = builds::LiveLog::steps;
    run.jobs.reserve(40);
    for (int id = 1; id <= 40; ++id) {
        auto& job = bench.provider.add_job(run, id, std::string(100, 'n') + std::to_string(id), {}, std::nullopt);
        job.steps[0].name = std::string(100, '"');
    }
    for (const int tokens : {1000, 4000}) {
        const auto answered =
            bench.call("builds.tailLogs", R"({"run_id":12,"max_tokens":)" + std::to_string(tokens) + "}");
        EXPECT_LE(answered.text.size() + boost::json::serialize(answered.structured).size(),
                  static_cast<std::size_t>(tokens) * 4);
        EXPECT_GT(answered.structured.at("transitions").as_array().size(), 0U);
        EXPECT_THAT(answered.text, HasSubstr("earlier ones are left out"));
    }
}

TEST(TailLogs, ReadsAWholeRunPageByPage) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", numbered(700, "build"), Conclusion::success);
    bench.provider.add_job(run, 4, "deploy", numbered(300, "deploy"), Conclusion::success);

    std::string cursor = logs::LogCursor{.run = 12}.encode();
    std::vector<std::string> seen;
    for (int page = 0; page < 100; ++page) {
        const auto answered =
            bench.call("builds.tailLogs", R"({"run_id":12,"max_tokens":1000,"cursor":")" + cursor + "\"}");
        for (const auto& block : answered.structured.at("lines").as_array()) {
            std::string text{block.as_object().at("text").as_string()};
            for (std::size_t at = 0; at != std::string::npos;) {
                const auto end = text.find('\n', at);
                seen.push_back(text.substr(at, end == std::string::npos ? end : end - at));
                at = end == std::string::npos ? end : end + 1;
            }
        }
        cursor = answered.structured.at("cursor").as_string();
        if (answered.structured.at("done").as_bool()) break;
    }

    ASSERT_EQ(seen.size(), 1000U);
    EXPECT_EQ(seen.front(), "build 1");
    EXPECT_EQ(seen[700], "deploy 1");
    EXPECT_EQ(seen.back(), "deploy 300");
}

TEST(TailLogs, ShowsWhatTheLogEngineTakesForTheCause) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    auto lines = numbered(300, "compiling");
    lines.push_back("src/a.cpp:12:5: error: 'x' was not declared in this scope");
    for (const auto& line : numbered(900, "expected nothing and failed at nothing")) lines.push_back(line);
    lines.push_back("##[error]Process completed with exit code 2.");
    bench.provider.add_job(run, 3, "build", lines, Conclusion::failure);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"lines":40})");

    EXPECT_THAT(answered.text, HasSubstr("src/a.cpp:12:5: error"));
    EXPECT_THAT(answered.text, HasSubstr("##[error]Process completed with exit code 2."));
}

TEST(TailLogs, SaysOfTheJobThatIsAskedForWhyItHasNoLines) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.jobs.reserve(2);
    bench.provider.add_job(run, 3, "build", {"one"}, Conclusion::failure);
    bench.provider.add_job(run, 4, "deploy", {}, Conclusion::skipped).reason = "needs build";

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"job":"deploy"})");

    EXPECT_EQ(answered.structured.at("why").as_string(),
              "Job \"deploy\" was skipped (needs build): there is no log, and none will come.");
    EXPECT_EQ(answered.structured.at("log_state").as_string(), "never_written");
}

TEST(TailLogs, RefusesAForeignCursor) {
    ToolBench bench;
    bench.provider.add_run(12, Conclusion::success);
    const auto foreign = logs::LogCursor{.run = 11, .attempt = 1}.encode();

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12,"cursor":")" + foreign + "\"}");

    EXPECT_TRUE(answered.is_error);
    EXPECT_EQ(answered.error_code(), "cursor_mismatch");
}

TEST(TailLogs, EndsItsWaitWhenALineIsWritten) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    auto& job = bench.provider.add_job(run, 3, "build", {}, std::nullopt);
    const auto watch = std::make_shared<builds::RunWatch>();
    bench.provider.watches[12] = watch;

    // The fake writes when the waiting call reports progress: then it is surely waiting.
    struct WritingCall final : mcp::Call {
        std::function<void()> on_progress;
        FakeCall inner;
        const admission::Visitor& visitor() const override { return inner.visitor(); }
        std::chrono::steady_clock::time_point deadline() const override { return inner.deadline(); }
        void progress(double, std::optional<double>, std::string_view) override { on_progress(); }
    };
    const auto call = std::make_shared<WritingCall>();
    call->on_progress = [&] {
        bench.provider.write(job, "at last");
        watch->log.bump();
    };
    const auto catalog = make_catalog(bench.provider, bench.clock, bench.pool);
    const auto outcome =
        flux::run(catalog.tools.at(1).run(*json::Arguments::parse(R"({"run_id":12,"wait_s":45})"), call));

    EXPECT_THAT(outcome.structured, HasSubstr("at last"));
}

TEST(TailLogs, SaysWhyThereIsNothing) {
    struct Row {
        const char* name;
        builds::Status status;
        std::optional<Conclusion> conclusion;
        const char* says;
        const char* state;
    };
    const std::array rows{
        Row{"queued", builds::Status::queued, {}, "queued", "not_yet"},
        Row{"waiting", builds::Status::waiting, {}, "waiting", "not_yet"},
        Row{"running", builds::Status::in_progress, {}, "no line yet", "not_yet"},
        Row{"cancelled", builds::Status::completed, Conclusion::cancelled, "was cancelled", "never_written"},
        Row{"skipped", builds::Status::completed, Conclusion::skipped, "skipped", "never_written"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ToolBench bench;
        auto& run = bench.provider.add_run(12, Conclusion::success);
        run.status = row.status;
        run.conclusion = row.conclusion;

        const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

        ASSERT_FALSE(answered.is_error);
        EXPECT_THAT(answered.text, HasSubstr(row.says));
        EXPECT_EQ(answered.structured.at("log_state").as_string(), row.state);
    }
}

TEST(TailLogs, NamesTheJobsAndStepsThereAre) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build (20)", {"x"}, Conclusion::success);

    const auto job = bench.call("builds.tailLogs", R"({"run_id":12,"job":"lint"})");
    const auto step = bench.call("builds.tailLogs", R"({"run_id":12,"job":"BUILD*","step":"nothing"})");
    const auto found = bench.call("builds.tailLogs", R"({"run_id":12,"job":3,"step":1})");

    EXPECT_EQ(job.error_code(), "job_not_found");
    EXPECT_THAT(job.text, HasSubstr("build (20)"));
    EXPECT_EQ(step.error_code(), "step_not_found");
    EXPECT_THAT(step.text, HasSubstr("Run tests"));
    EXPECT_FALSE(found.is_error);
}

TEST(Status, HasTheShapeThatClientsRelyOn) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "test", {"x"}, Conclusion::failure);

    const auto answered = bench.call("builds.status", R"({"run_id":12,"steps":true})");

    for (const auto* member : {"run_id", "status", "conclusion", "html_url", "created_at", "head_branch"}) {
        EXPECT_TRUE(answered.structured.at("run").as_object().contains(member)) << member;
    }
    EXPECT_EQ(answered.structured.at("jobs").as_array().size(), 1U);
    EXPECT_EQ(answered.structured.at("preview").as_object().at("state").as_string(), "failed");
    EXPECT_THAT(answered.text, HasSubstr("Run tests"));
    EXPECT_THAT(answered.text, HasSubstr("builds.diagnose"));
}

TEST(Status, TellsTheQuotaOfAProviderThatHasOne) {
    ToolBench bench;
    bench.provider.add_run(12, Conclusion::success);
    const auto without = bench.call("builds.status", R"({"run_id":12})");
    bench.provider.known_quota = builds::Quota{5000, 12, WallTime{std::chrono::seconds{1'800'000'060}}};

    const auto with = bench.call("builds.status", R"({"run_id":12})");

    EXPECT_FALSE(without.structured.contains("quota"));
    EXPECT_THAT(without.text, Not(HasSubstr("Quota")));
    const auto& quota = with.structured.at("quota").as_object();
    EXPECT_EQ(quota.at("limit").as_int64(), 5000);
    EXPECT_EQ(quota.at("remaining").as_int64(), 12);
    EXPECT_EQ(quota.at("reset_at").as_string(), "2027-01-15T08:01:00Z");
    EXPECT_THAT(with.text, HasSubstr("Quota: 12 of 5000 requests left until 2027-01-15T08:01:00Z."));
}

TEST(Status, FindsTheNewestRunOfABranch) {
    ToolBench bench;
    bench.provider.add_run(11, Conclusion::success);
    bench.provider.add_run(12, Conclusion::success);

    const auto answered = bench.call("builds.status", R"({"branch":"main"})");
    const auto none = bench.call("builds.status", R"({"branch":"other"})");

    EXPECT_EQ(answered.structured.at("run").as_object().at("run_id").as_int64(), 12);
    EXPECT_EQ(none.error_code(), "run_not_found");
}

TEST(Status, WaitsForTheEndAndTellsHowItGoes) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    const auto watch = std::make_shared<builds::RunWatch>();
    bench.provider.watches[12] = watch;
    std::thread builder{[&] { watch->state.bump(); }};
    builder.join();

    bench.last_call->on_progress = [&] {
        run.status = builds::Status::completed;
        run.conclusion = Conclusion::success;
        ++run.version;
        watch->state.bump();
    };
    const auto answered = bench.call("builds.status", R"({"run_id":12,"wait_s":45,"until":"completed"})");

    EXPECT_THAT(bench.last_call->told, testing::ElementsAre("run 12: in_progress"));
    EXPECT_TRUE(answered.structured.at("changed").as_bool());
    EXPECT_EQ(answered.structured.at("run").as_object().at("status").as_string(), "completed");
}

TEST(List, ShowsWhatAWorkflowTakes) {
    ToolBench bench;
    builds::Workflow workflow;
    workflow.file = "deploy.yml";
    workflow.name = "Deploy";
    workflow.dispatchable = true;
    workflow.inputs.push_back({"target", "choice", true, "where", "dev", {"dev", "prod"}});
    bench.provider.known_workflows.push_back(workflow);

    const auto answered = bench.call("builds.list", R"({"kind":"workflows","branch":"main"})");

    EXPECT_THAT(answered.text, HasSubstr("target: choice of dev|prod, required, default dev (where)"));
    EXPECT_EQ(bench.provider.lists.front().branch, "main");
}

TEST(List, PassesTheCursorOn) {
    ToolBench bench;
    for (int id = 1; id <= 3; ++id) bench.provider.add_run(id, Conclusion::success);

    const auto answered = bench.call("builds.list", R"({"limit":2})");

    EXPECT_EQ(answered.structured.at("items").as_array().size(), 2U);
    EXPECT_EQ(answered.structured.at("cursor").as_string(), "older");
    EXPECT_THAT(answered.text, HasSubstr("\"cursor\":\"older\""));
}

TEST(List, RefusesAnUnknownStatus) {
    ToolBench bench;

    EXPECT_TRUE(bench.call("builds.list", R"({"status":"green"})").is_error);
    EXPECT_FALSE(bench.call("builds.list", R"({"status":"failure"})").is_error);
    EXPECT_TRUE(bench.call("builds.list", R"({"kind":"previews","status":"failure"})").is_error);
}

}  // namespace
}  // namespace flux::tools
