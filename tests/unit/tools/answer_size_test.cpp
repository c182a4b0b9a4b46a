#include "tools/answer_size.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "json/writer.hpp"
#include "logs/log_cursor.hpp"
#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using builds::Conclusion;

std::string times(std::size_t count, std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i) result += text;
    return result;
}

struct Text {
    const char* name;
    std::string line;
};

/// What a line can be made of so that JSON and UTF-8 take the most room for it.
std::vector<Text> dear_lines() {
    return {
        {"quotes", times(180, "\"")},
        {"backslashes and quotes", times(60, "\\\"a")},
        {"tabs", times(200, "\t.")},
        {"control characters", times(80, "\x01\x02\x7f")},
        {"CJK and emoji", times(50, "漢字🔥")},
        {"bidi and zero width", times(60, "\u202e\u200b")},
        {"one endless line of quotes", times(5000, "\"")},
        {"short lines of quotes", "\"\"\"\""},
    };
}

TEST(AnswerSize, CountsWhatJsonMakesOfAText) {
    for (const auto& [name, line] : dear_lines()) {
        SCOPED_TRACE(name);
        std::string written;
        json::append_string(written, line);
        EXPECT_EQ(size_in_json(line) + 2, written.size());
        EXPECT_GE(size_in_json(line) + 2, boost::json::serialize(boost::json::value(line)).size());
    }
}

/// A run whose jobs failed with lines that say so and hold the text, and a place of its own each.
void fill(ToolBench& bench, const std::string& line, int jobs) {
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.head_branch = "fix/\"quoted\"";
    run.jobs.reserve(static_cast<std::size_t>(jobs));
    for (int job = 1; job <= jobs; ++job) {
        std::vector<std::string> lines;
        for (int i = 0; i < 120; ++i) {
            auto text = line;
            if (i % 7 == 3)
                text =
                    "src/" + times(static_cast<std::size_t>(job), "f") + std::to_string(i) + ".c:3:5: error: " + line;
            lines.push_back(i % 7 == 3 ? text : std::to_string(i) + " " + text);
        }
        lines.emplace_back("##[error]Process completed with exit code 1.");
        bench.provider.add_job(run, job, "test \"" + std::to_string(job) + "\" \\ 漢字", lines, Conclusion::failure);
    }
}

TEST(AnswerSize, NoAnswerOverLogsIsLargerThanItsBudgetOnTheWire) {
    const auto cursor = logs::LogCursor{.run = 12, .attempt = 0, .next = {}}.encode();
    struct Row {
        const char* tool;
        std::string arguments;
    };
    const std::vector<Row> rows{
        {"builds.tailLogs", R"("lines":10000)"},
        {"builds.tailLogs", R"("lines":10000,"timestamps":true)"},
        {"builds.tailLogs", R"("lines":10000,"cursor":")" + cursor + "\""},
        {"builds.searchLogs", R"("pattern":"error","limit":100)"},
        {"builds.searchLogs", R"("pattern":"error","limit":100,"context":10)"},
        {"builds.diagnose", R"("compare":false)"},
    };
    for (const auto& [name, line] : dear_lines()) {
        for (const int jobs : {1, 14}) {
            ToolBench bench;
            fill(bench, line, jobs);
            for (const auto& [tool, arguments] : rows) {
                for (const std::size_t tokens : {1000U, 4000U, 20'000U}) {
                    SCOPED_TRACE(testing::Message() << tool << " " << arguments << " of " << jobs << " jobs with "
                                                    << name << " in " << tokens << " tokens");
                    const auto answered = bench.call(
                        tool, R"({"run_id":12,"max_tokens":)" + std::to_string(tokens) + "," + arguments + "}");
                    ASSERT_FALSE(answered.is_error) << answered.text;
                    EXPECT_LE(answered.on_the_wire, tokens * bytes_a_token);
                    // An answer that is empty keeps every budget.
                    const auto* omitted = answered.structured.if_contains("omitted");
                    if (tool != std::string_view{"builds.diagnose"} && !omitted->is_null()) {
                        EXPECT_GE(answered.on_the_wire, tokens * bytes_a_token / 3);
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace flux::tools
