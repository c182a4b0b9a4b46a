#include "logs/job_log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "base/text.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"
#include "logs/job_log_files.hpp"

namespace flux::logs {
namespace {

using namespace std::chrono_literals;

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void append_to(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream out{file, std::ios::binary | std::ios::app};
    out << bytes;
}

std::vector<std::int64_t> numbers_of(const std::vector<Line>& lines) {
    std::vector<std::int64_t> numbers;
    for (const auto& line : lines) numbers.push_back(line.number);
    return numbers;
}

class JobLog : public testing::Test {
protected:
    JobLogWriter writer() { return JobLogWriter::open(folder.path(), clock).value(); }
    JobLogReader reader() { return JobLogReader::open(folder.path()).value(); }
    std::vector<Line> all() { return reader().read({.max_lines = 100}).value(); }

    TemporaryFolder folder;
    ManualClock clock;
};

TEST_F(JobLog, WritesLinesAsGitHubDoes) {
    auto log = writer();

    log.append(1, "hello");
    log.flush();

    EXPECT_EQ(content_of(folder.path() / "text"), "2026-01-02T00:00:00.0000000Z hello\n");
}

TEST_F(JobLog, GivesBackWhatWasWritten) {
    auto log = writer();
    log.append(1, "##[group]Run make");
    clock.advance(1500ms);
    log.append(2, "##[error]no rule", true);
    log.flush();

    const auto lines = all();

    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].number, 1);
    EXPECT_EQ(lines[0].step, 1);
    EXPECT_EQ(lines[0].text, "##[group]Run make");
    EXPECT_EQ(lines[0].level, Level::plain);
    EXPECT_EQ(lines[1].time - lines[0].time, 1500ms);
    EXPECT_EQ(lines[1].level, Level::error);
    EXPECT_EQ(lines[1].step, 2);
    EXPECT_TRUE(lines[1].truncated);
}

TEST_F(JobLog, KnowsTheRunnersMarkers) {
    EXPECT_EQ(level_of("##[error]x"), Level::error);
    EXPECT_EQ(level_of("##[warning]x"), Level::warning);
    EXPECT_EQ(level_of("##[notice]x"), Level::notice);
    EXPECT_EQ(level_of("##[debug]x"), Level::debug);
    EXPECT_EQ(level_of("##[group]x"), Level::plain);
    EXPECT_EQ(level_of(" ##[error]x"), Level::plain);
}

TEST_F(JobLog, HearsWhatToolsSayLoudly) {
    auto log = writer();
    const std::array lines{
        "##[group]Run cc -Werror",
        "\x1b[36;1mecho 'error: of the script'\x1b[0m",
        "##[endgroup]",
        "main.c:3:5: \x1b[31merror:\x1b[0m expected ';'",
        "main.c:9:1: warning: unused variable 'x'",
        "2 files compiled",
        "##[warning]Node 16 is old",
        "##[error]Process completed with exit code 1.",
    };
    for (const auto* line : lines) log.append(1, line);
    log.flush();
    const auto log_reader = reader();

    using Numbers = std::vector<std::int64_t>;
    const auto errors = log_reader.read({.at_least = Level::error}).value();
    EXPECT_EQ(numbers_of(errors), (Numbers{4, 8}));
    EXPECT_EQ(errors.front().level, Level::error);
    EXPECT_EQ(numbers_of(log_reader.read({.at_least = Level::warning}).value()), (Numbers{4, 5, 7, 8}));
    EXPECT_EQ(numbers_of(log_reader.read({.from_end = true, .max_lines = 1, .at_least = Level::warning}).value()),
              (Numbers{8}));
    EXPECT_EQ(log_reader.read({.first_line = 4, .max_lines = 1}).value().front().level, Level::plain);
}

TEST_F(JobLog, HoldsBackFastLinesUntilTheFlush) {
    auto log = writer();
    log.append(1, "first");
    log.append(1, "second");

    EXPECT_EQ(reader().lines(), 1);
    EXPECT_EQ(log.lines(), 2);
    EXPECT_TRUE(log.flush());
    EXPECT_EQ(reader().lines(), 2);
    EXPECT_FALSE(log.flush());
}

TEST_F(JobLog, WritesALineAfterSilenceAtOnce) {
    auto log = writer();
    log.append(1, "first");
    clock.advance(1s);

    log.append(1, "second");

    EXPECT_EQ(reader().lines(), 2);
}

TEST_F(JobLog, MakesLinesOfLineFeedsAndTextOfGarbage) {
    auto log = writer();

    log.append(1, std::string_view{"a\r\nb\xff\0c", 7});
    log.flush();

    const auto lines = all();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].text, "a");
    EXPECT_EQ(lines[1].text,
              "b\xef\xbf\xbd"
              "c");
}

TEST_F(JobLog, CutsALineOfTenMegabytes) {
    auto log = writer();

    const std::vector<char> endless(10'000'000, 'x');
    log.append(1, std::string_view{endless.data(), endless.size()});
    log.append(1, "after");
    log.flush();

    const auto lines = all();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].text.size(), max_line_bytes);
    EXPECT_TRUE(lines[0].truncated);
    EXPECT_EQ(lines[1].text, "after");
}

TEST_F(JobLog, ReadsWindows) {
    auto log = writer();
    for (int i = 1; i <= 10; ++i) log.append(1, i == 4 || i == 8 ? "##[error]bad" : "12345");
    log.flush();
    const auto log_reader = reader();

    using Numbers = std::vector<std::int64_t>;
    struct Row {
        const char* name;
        LogWindow window;
        Numbers expected;
    };
    const std::array rows{
        Row{"the first three", {.max_lines = 3}, {1, 2, 3}},
        Row{"the last three", {.from_end = true, .max_lines = 3}, {8, 9, 10}},
        Row{"a range", {.first_line = 5, .last_line = 7}, {5, 6, 7}},
        Row{"a range from its end", {.first_line = 2, .last_line = 7, .from_end = true, .max_lines = 2}, {6, 7}},
        Row{"beyond the end", {.first_line = 11}, {}},
        Row{"backwards", {.first_line = 7, .last_line = 3}, {}},
        Row{"errors", {.at_least = Level::error}, {4, 8}},
        Row{"the last error", {.from_end = true, .max_lines = 1, .at_least = Level::warning}, {8}},
        Row{"twelve bytes", {.max_bytes = 12}, {1, 2}},
        Row{"no lines", {.max_lines = 0}, {}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(numbers_of(log_reader.read(row.window).value()), row.expected);
    }
}

TEST_F(JobLog, CutsASingleLineToTheByteLimitBetweenCharacters) {
    auto log = writer();
    log.append(1, "aä€");
    log.flush();

    const auto lines = reader().read({.max_bytes = 4}).value();

    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].text, "aä");
    EXPECT_TRUE(lines[0].truncated);
}

TEST_F(JobLog, FindsAnyOfAMillionLines) {
    auto log = writer();
    for (int i = 1; i <= 1'000'000; ++i) log.append(1 + i / 400'000, i == 999'000 ? "##[error]here" : "a line of text");
    log.sync();
    const auto log_reader = reader();

    EXPECT_EQ(log_reader.lines(), 1'000'000);
    EXPECT_EQ(numbers_of(log_reader.read({.first_line = 500'000, .max_lines = 2}).value()),
              (std::vector<std::int64_t>{500'000, 500'001}));
    EXPECT_EQ(numbers_of(log_reader.read({.from_end = true, .max_lines = 1}).value()),
              (std::vector<std::int64_t>{1'000'000}));
    EXPECT_EQ(numbers_of(log_reader.read({.at_least = Level::error}).value()), (std::vector<std::int64_t>{999'000}));
    EXPECT_EQ(log_reader.read({.first_line = 999'999}).value().front().step, 3);
}

TEST_F(JobLog, GoesOnWhereItEnded) {
    {
        auto log = writer();
        log.append(1, "before");
    }

    auto log = writer();
    EXPECT_EQ(log.lines(), 1);
    log.append(2, "after");
    log.flush();

    EXPECT_EQ(numbers_of(all()), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(all().back().text, "after");
}

TEST_F(JobLog, CutsTornEnds) {
    struct Row {
        const char* name;
        std::string text;
        std::string index;
    };
    std::string record_of_nothing;
    LogRecord{.offset = 9999, .length = 40}.append_to(record_of_nothing);
    const std::array rows{
        Row{"half a line", "2026-01-02T00:00:00.0000000Z hal", ""},
        Row{"half a record", "", std::string(17, '\1')},
        Row{"a record of nothing", "", record_of_nothing},
        Row{"garbage in both", std::string(100, '\n'), std::string(96, '\0')},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const TemporaryFolder torn;
        JobLogWriter::open(torn.path(), clock).value().append(3, "whole");
        append_to(torn.path() / "text", row.text);
        append_to(torn.path() / "index", row.index);

        {
            auto log = JobLogWriter::open(torn.path(), clock).value();
            EXPECT_EQ(log.lines(), 1);
            log.append(3, "next");
        }

        const auto lines = JobLogReader::open(torn.path()).value().read({}).value();
        ASSERT_EQ(lines.size(), 2U);
        EXPECT_EQ(lines[0].text, "whole");
        EXPECT_EQ(lines[1].text, "next");
    }
}

TEST_F(JobLog, TakesWholeLinesWithoutRecordsIntoTheIndex) {
    {
        auto log = writer();
        log.append(4, "known");
    }
    append_to(folder.path() / "text", "2026-01-02T03:04:05.1234560Z ##[error]unknown\n2026-01-02T03:04:06.0000000Z to");

    const auto log = writer();

    EXPECT_EQ(log.lines(), 2);
    const auto line = all().back();
    EXPECT_EQ(line.text, "##[error]unknown");
    EXPECT_EQ(line.level, Level::error);
    EXPECT_EQ(line.step, 4);
    EXPECT_EQ(log_stamp(line.time), "2026-01-02T03:04:05.1234560Z");
}

TEST_F(JobLog, SaysWhichLineOfTheIndexIsDamaged) {
    auto log = writer();
    for (int i = 0; i < 3; ++i) log.append(1, "line");
    log.flush();
    {
        std::fstream index{folder.path() / "index", std::ios::in | std::ios::out | std::ios::binary};
        index.seekp(40);
        index.put('\x7f');
    }

    const auto read = reader().read({});

    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("line 2"), std::string::npos) << read.error().message;
}

TEST_F(JobLog, SaysThatThereIsNoLog) {
    const auto opened = JobLogReader::open(folder.path() / "nowhere");

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::not_found);
}

TEST_F(JobLog, IsReadWhileItIsWritten) {
    auto log = writer();
    log.append(1, "0");
    std::jthread writing{[&] {
        for (int i = 1; i < 20'000; ++i) log.append(1, std::to_string(i));
        log.flush();
    }};

    const auto log_reader = reader();
    std::int64_t next = 1;
    while (next <= 20'000) {
        const auto lines = log_reader.read({.first_line = next});
        ASSERT_TRUE(lines) << lines.error().message;
        for (const auto& line : *lines) {
            ASSERT_EQ(line.number, next);
            ASSERT_EQ(line.text, std::to_string(next - 1));
            ++next;
        }
    }
}

}  // namespace
}  // namespace flux::logs
