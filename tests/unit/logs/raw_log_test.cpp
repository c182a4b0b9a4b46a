#include "logs/raw_log.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace flux::logs {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const RawLog& log) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < log.size(); ++i) all.emplace_back(log.text(i));
    return all;
}

std::vector<std::string> step_names(const RawLog& log) {
    std::vector<std::string> names;
    for (const auto& step : log.steps()) names.push_back(step.name);
    return names;
}

TEST(RawLog, TakesOffStampsMarksAndEscapesButKeepsEveryLine) {
    const auto log = RawLog::decode(
        "\xEF\xBB\xBF"
        "2026-01-18T11:08:00.4183657Z plain\r\n"
        "2026-01-18T11:08:00.4183657Z \x1B[31mred\x1B[0m and \x1B]8;;http://x\x1B\\link\x1B]8;;\x1B\\\n"
        "\n"
        "no stamp\xFF\n"
        "2026-01-18T11:08:00.4183657Z 10%\r50%\rdone");

    EXPECT_THAT(texts(log), ElementsAre("plain", "red and link", "", "no stamp\xEF\xBF\xBD", "done"));
}

TEST(RawLog, KnowsLinesThatGoOn) {
    const std::string stamp = "2026-01-18T11:08:00.4183657Z ";
    const auto continues = [](const RawLog& log) {
        std::vector<bool> all;
        for (std::size_t i = 0; i < log.size(); ++i) all.push_back(log.line(i).continues);
        return all;
    };
    EXPECT_THAT(continues(RawLog::decode(stamp + "##[error]one\ntwo\nthree\n" + stamp + "four\n")),
                ElementsAre(false, true, true, false));
    EXPECT_THAT(continues(RawLog::decode("plain\ntext\n")), ElementsAre(false, false));
    EXPECT_THAT(
        continues(RawLog::decode("job\tstep\t" + stamp + "one\njob\tstep\ttwo\njob\tstep\t" + stamp + "three\n")),
        ElementsAre(false, true, false));
}

TEST(RawLog, ReadsLevelsFromTheRunnersMarkers) {
    const auto log = RawLog::decode("##[error]bad\n##[warning]hm\n::error file=a.c,line=1::worse\nfine\n");

    EXPECT_THAT(texts(log), ElementsAre("bad", "hm", "a.c:1: worse", "fine"));
    EXPECT_EQ(log.line(0).level, Level::error);
    EXPECT_EQ(log.line(1).level, Level::warning);
    EXPECT_EQ(log.line(2).level, Level::error);
    EXPECT_EQ(log.line(3).level, Level::plain);
}

TEST(RawLog, ReadsWhatCommandsEscape) {
    const auto log = RawLog::decode(
        "::error::2 of 3 failed:%0A- adds%0D%0A- 100%25 covered%3A no\n::warning file=src/a%2Cb.c,line=2::hm%0Ahm\n"
        "::error title=x::https%3A//u:%25p@example.org\n::error title=::see https://u:a%25b%0Ac@example.org\n"
        "::errors::no\n::error x\n");

    EXPECT_THAT(texts(log), ElementsAre("2 of 3 failed: - adds  - 100% covered%3A no", "src/a,b.c:2: hm hm",
                                        "https%3A//u:%p@example.org", "see https://u:***@example.org", "::errors::no",
                                        "::error x"));
    EXPECT_EQ(log.line(0).level, Level::error);
    EXPECT_EQ(log.line(1).level, Level::warning);
    EXPECT_EQ(log.line(4).level, Level::plain);

    const auto masked = RawLog::decode("::error file=https%3A//user:secret-pass@example.org/a::gone\n");
    EXPECT_THAT(texts(masked), ElementsAre("https://user:***@example.org/a: gone"));
}

TEST(RawLog, TakesNoScriptOfTheJobForPartOfASilentAction) {
    const auto steps_of = [](const std::string& shell) {
        return RawLog::decode("##[group]Run acme/set-up@v2\nwith:\n  version: 1\n##[endgroup]\n##[group]Run make\n" +
                              shell + "\n##[endgroup]\nbuilding\n##[error]Process completed with exit code 2.\n")
            .steps();
    };
    // A composite action names its steps' shells, and those get options.
    EXPECT_EQ(steps_of("shell: /usr/bin/bash --noprofile --norc -e -o pipefail {0}")[1].parent, 0);
    EXPECT_EQ(steps_of("shell: /usr/bin/bash -e {0}")[1].parent, -1);
}

TEST(RawLog, CutsStepsAtTheirHeaders) {
    const auto log = RawLog::decode(
        "Current runner version: '2.330.0'\n"
        "##[group]Run npm test\n"
        "\x1B[36;1mnpm test\x1B[0m\n"
        "shell: /usr/bin/bash -e {0}\n"
        "##[endgroup]\n"
        "1 failed\n"
        "##[error]Process completed with exit code 1.\n"
        "Post job cleanup.\n"
        "bye\n"
        "Cleaning up orphan processes\n");

    EXPECT_THAT(step_names(log), ElementsAre("Set up job", "Run npm test", "Post job cleanup", "Complete job"));
    EXPECT_EQ(log.line(2).role, RawLine::Role::script);
    EXPECT_EQ(log.line(3).role, RawLine::Role::header);
    EXPECT_EQ(log.line(5).role, RawLine::Role::output);
    EXPECT_EQ(log.step_of(5), 1u);
    EXPECT_TRUE(log.steps()[2].post);
}

std::string roles(const RawLog& log) {
    std::string all;
    for (std::size_t i = 0; i < log.size(); ++i) all += "oshm"[static_cast<std::size_t>(log.line(i).role)];
    return all;
}

constexpr std::string_view header =
    "##[group]Run ./ci\n\x1B[36;1m./ci\x1B[0m\nshell: /usr/bin/bash -e {0}\nenv:\n  CI: true\n##[endgroup]\n";

TEST(RawLog, TakesNoHeaderForWhatAProgramPrintsInAGroup) {
    struct Row {
        const char* what;
        const char* printed;
        const char* roles;
        std::vector<std::string> steps;
    };
    const std::string set_up = "Set up job";
    const std::vector<Row> rows{
        {"an open group before an error",
         "##[group]Run tests\na.c:1:2: error: bad\n##[error]exit code 1\n",
         "moo",
         {set_up, "Run ./ci"}},
        {"before a warning", "##[group]Run tests\nfine\n##[warning]old\nmore\n", "mooo", {set_up, "Run ./ci"}},
        {"before another group",
         "##[group]Run tests\nfine\n##[group]more\nbad\n##[endgroup]\nbad\n",
         "momomo",
         {set_up, "Run ./ci"}},
        {"before the same again",
         "##[group]Run a\none\n##[group]Run b\ntwo\n##[error]no\n",
         "momoo",
         {set_up, "Run ./ci"}},
        {"before the next step",
         "##[group]Run a\none\n##[group]Run b\nshell: sh -e {0}\n##[endgroup]\ntwo\n",
         "momhmo",
         {set_up, "Run ./ci", "Run b"}},
        {"before the clean-up",
         "##[group]Run a\none\nPost job cleanup.\nbye\n",
         "mooo",
         {set_up, "Run ./ci", "Post job cleanup"}},
        {"at the end", "##[group]Run tests\nfine\n", "mo", {set_up, "Run ./ci"}},
        {"with nothing in it", "##[group]Run tests\n##[error]no\n", "mo", {set_up, "Run ./ci"}},
        {"a closed group",
         "##[group]Run tests\na.c:1:2: error: bad\n##[endgroup]\nbye\n",
         "momo",
         {set_up, "Run ./ci"}},
        {"a header that was cut",
         "##[group]Run b\n\x1B[36;1mb\x1B[0m\nshell: sh -e {0}\nenv:\n  A: b\nbad\n  why\n##[error]no\n",
         "mshhhooo",
         {set_up, "Run ./ci", "Run b"}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        const auto log = RawLog::decode("Current runner version: '2'\n" + std::string{header} + row.printed);
        EXPECT_EQ(roles(log), "omshhhm" + std::string{row.roles});
        EXPECT_EQ(step_names(log), row.steps);
        EXPECT_EQ(log.steps().back().last, log.size() - 1);
        for (std::size_t s = 1; s < log.steps().size(); ++s)
            EXPECT_EQ(log.steps()[s].first, log.steps()[s - 1].last + 1);
    }
}

TEST(RawLog, KeepsHeadersHoweverLongAndWhateverTheirScriptsHold) {
    std::string coloured;
    std::string bare;
    for (int i = 0; i < 700; ++i) {
        const auto line = "echo " + std::to_string(i) + ": error: no";
        coloured += "\x1B[36;1m" + line + "\x1B[0m\n";
        bare += line + '\n';
    }
    coloured += "\x1B[36;1m##[error]no\x1B[0m\n\x1B[36;1m##[group]Run x\x1B[0m\n\x1B[36;1mPost job cleanup.\x1B[0m\n";
    const std::string tail = "shell: bash -e {0}\n##[endgroup]\nout\n";
    const auto of_script = RawLog::decode("##[group]Run a\n" + coloured + tail);
    EXPECT_EQ(roles(of_script), "m" + std::string(703, 's') + "hmo");
    EXPECT_THAT(step_names(of_script), ElementsAre("Run a"));

    EXPECT_EQ(roles(RawLog::decode("##[group]Run a\n" + bare + tail)), "m" + std::string(700, 'h') + "hmo");
    EXPECT_EQ(roles(RawLog::decode("##[group]Run a/b@v1\nwith:\n  script: one\ntwo\n" + bare + "##[endgroup]\n")),
              "m" + std::string(703, 'h') + "m");
    EXPECT_EQ(roles(RawLog::decode("##[group]Run a/b@v1\n##[endgroup]\nout\n")), "mmo");
}

TEST(RawLog, KnowsThePartsOfACompositeActionByItsSilence) {
    const auto log = RawLog::decode(
        "##[group]Run some/composite@v1\nwith:\n  a: b\n##[endgroup]\n"
        "##[group]Run echo hi\n\x1B[36;1mecho hi\x1B[0m\n##[endgroup]\nhi\n"
        "##[group]Run echo later\n##[endgroup]\n");

    ASSERT_EQ(log.steps().size(), 3u);
    EXPECT_EQ(log.steps()[1].parent, 0);
    EXPECT_EQ(log.steps()[2].parent, -1);
}

TEST(RawLog, TakesJobAndStepFromTheColumnsOfGh) {
    const auto log = RawLog::decode(
        "build\tType check\t\xEF\xBB\xBF"
        "2026-04-03T13:35:32.0882204Z ##[group]Run tsc\n"
        "build\tType check\t2026-04-03T13:35:32.0882992Z ##[endgroup]\n"
        "build\tType check\t2026-04-03T13:35:33.0000000Z a.ts(1,2): error TS1: no\n"
        "build\tPost Checkout\t2026-04-03T13:35:34.0000000Z bye\n");

    EXPECT_THAT(step_names(log), ElementsAre("Type check", "Post Checkout"));
    EXPECT_EQ(log.steps()[0].job, "build");
    EXPECT_EQ(log.text(2), "a.ts(1,2): error TS1: no");
}

TEST(RawLog, KeepsOnlyTheFrontOfAnEndlessLine) {
    std::string endless;
    endless.append(10'000'000, 'x');

    const auto log = RawLog::decode(endless);

    ASSERT_EQ(log.size(), 1u);
    EXPECT_LT(log.text(0).size(), 20'000u);
}

TEST(RawLog, DoesNotMindWhereThePiecesEnd) {
    const std::string bytes =
        "\xEF\xBB\xBF"
        "2026-01-18T11:08:00.4183657Z ##[group]Run make\n2026-01-18T11:08:00.4183657Z ##[endgroup]\r\n"
        "2026-01-18T11:08:01.0000000Z \x1B[31mred\x1B[0m ✓\n10%\r20%\n##[error]Process completed with exit code 2.";
    const auto whole = texts(RawLog::decode(bytes));
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        RawLogBuilder builder;
        for (std::size_t at = 0; at < bytes.size(); at += size) builder.feed(std::string_view{bytes}.substr(at, size));
        const auto log = std::move(builder).finish();
        ASSERT_EQ(texts(log), whole) << size;
        ASSERT_EQ(step_names(log).size(), 1u);
    }
}

TEST(RawLog, LeavesOutTheMiddleOfALogThatIsTooLarge) {
    RawLogBuilder builder{{.text = std::size_t{20} << 20U}};
    builder.feed("##[group]Run make\n##[endgroup]\nfirst words\n");
    const auto line = std::string(999, 'x') + "\n";
    for (int i = 0; i < 40'000; ++i) builder.feed(line);
    builder.feed("last words\n##[error]Process completed with exit code 2.\n");

    const auto log = std::move(builder).finish();

    ASSERT_EQ(log.size(), 40'005u);
    EXPECT_EQ(log.text(2), "first words");
    EXPECT_EQ(log.text(40'003), "last words");
    EXPECT_EQ(log.text(40'002), line.substr(0, 999));
    EXPECT_EQ(log.text(15'000), "");
    EXPECT_EQ(log.line(15'000).length, 0u);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < log.size(); ++i) kept += log.text(i).size();
    EXPECT_LE(kept, std::size_t{21} << 20U);
}

TEST(RawLog, LeavesOutTheMiddleOfALogOfTooManyLines) {
    RawLogBuilder builder{{.lines = 100'000}};
    builder.feed("##[group]Run make\n##[endgroup]\nfirst words\n");
    for (int i = 0; i < 1'000'000; ++i) builder.feed("x\n");
    builder.feed("last words\n##[error]Process completed with exit code 2.\n");

    const auto log = std::move(builder).finish();

    ASSERT_EQ(log.size(), 1'000'005u);
    EXPECT_EQ(log.text(2), "first words");
    EXPECT_EQ(log.text(1'000'003), "last words");
    EXPECT_EQ(log.line(1'000'004).level, Level::error);
    EXPECT_EQ(log.step_of(1'000'004), 0u);
    EXPECT_EQ(log.text(500'000), "");
    EXPECT_EQ(log.line(500'000).length, 0u);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < log.size(); ++i) kept += log.text(i).empty() ? 0U : 1U;
    EXPECT_GT(kept, 80'000u);
    EXPECT_LE(kept, 101'000u);
    EXPECT_EQ(log.lines_holding("x").size(), kept - 4);  // all but four of the words around
    EXPECT_THAT(log.lines_holding("words"), ElementsAre(2, 1'000'003));
}

/// Whether each line that has no text is in a range of lines that were left out, and no other is. None is empty.
void expect_left_out_are_the_empty(const RawLog& log) {
    std::size_t index = 0;
    for (const auto& range : log.left_out()) {
        ASSERT_LE(range.first, range.last);
        for (; log.number_of(index) < range.first; ++index) ASSERT_NE(log.text(index), "") << index;
        for (; index < log.size() && log.number_of(index) <= range.last; ++index) ASSERT_EQ(log.text(index), "");
    }
    for (; index < log.size(); ++index) ASSERT_NE(log.text(index), "") << index;
}

TEST(RawLog, SaysWhichLinesItLeftOut) {
    struct Row {
        const char* name;
        RawLogLimits limits;
    };
    for (const auto& row : {Row{"text", {.text = std::size_t{1} << 20U}}, Row{"lines", {.lines = 1}},
                            Row{"both", {.text = std::size_t{1} << 20U, .lines = 1}}}) {
        SCOPED_TRACE(row.name);
        RawLogBuilder builder{row.limits};
        builder.skip(7);
        builder.feed("##[group]Run make\n##[endgroup]\n");
        for (int i = 0; i < 60'000; ++i) builder.feed("a line of a hundred or so bytes" + std::string(70, 'x') + "\n");
        builder.skip(5);
        builder.feed("##[error]Process completed with exit code 2.\n");

        const auto log = std::move(builder).finish();

        EXPECT_FALSE(log.left_out().empty());
        expect_left_out_are_the_empty(log);
    }
}

TEST(RawLog, LeavesNothingOutOfALogThatItKeeps) {
    EXPECT_TRUE(RawLog{}.left_out().empty());
    EXPECT_TRUE(RawLog::decode("\n\n\n").left_out().empty());
    EXPECT_TRUE(RawLog::decode("a\n\nb\n").left_out().empty());
}

TEST(RawLog, HandsOnTheLinesThatARawLogHas) {
    const std::string bytes =
        "\xEF\xBB\xBF"
        "2026-01-18T11:08:00.4183657Z ##[group]Run make\n2026-01-18T11:08:00.4183657Z ##[endgroup]\n"
        "\x1B[31mred\x1B[0m\n\n##[group]Run it\n##[endgroup]\nhttps://me:pa55word@host/x\n##[error]no";
    const auto whole = RawLog::decode(bytes);
    std::vector<std::string> lines;
    auto builder = RawLogBuilder::passing_on([&](const PassingLine& line) {
        lines.push_back(fmt::format("{} {} {} {}", line.number, line.step, line.step_name, line.text));
    });

    builder.skip(2);
    for (const char byte : bytes) builder.feed({&byte, 1});
    const auto log = std::move(builder).finish();

    std::vector<std::string> expected;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const auto step = whole.step_of(i);
        expected.push_back(fmt::format("{} {} {} {}", i + 3, step, whole.steps()[step].name, whole.text(i)));
    }
    EXPECT_EQ(lines, expected);
    EXPECT_EQ(log.size(), whole.size());
    EXPECT_EQ(step_names(log), step_names(whole));
    ASSERT_EQ(log.left_out().size(), 1U);
    EXPECT_EQ(log.left_out()[0].first, 3U);
    EXPECT_EQ(log.left_out()[0].lines(), whole.size());
}

TEST(RawLog, BoundsTheStepsOfAHostileLog) {
    RawLogBuilder builder;
    for (int i = 0; i < 100'000; ++i) builder.feed("##[group]Run upload it\n##[endgroup]\n##[error]no\n");

    const auto log = std::move(builder).finish();

    EXPECT_EQ(log.size(), 300'000u);
    EXPECT_LE(log.steps().size(), 20'000u);
    EXPECT_EQ(log.steps().back().last, 299'999u);
}

TEST(RawLog, NumbersTheLinesBehindThoseThatWereNotRead) {
    RawLogBuilder builder;
    builder.skip(10);
    builder.feed("eleven\ntwelve\n");
    builder.skip(5);
    builder.feed("eighteen\nnineteen");
    builder.skip(1);
    builder.feed("twenty-one\n");

    const auto log = std::move(builder).finish();

    EXPECT_THAT(texts(log), ElementsAre("eleven", "twelve", "eighteen", "nineteen", "twenty-one"));
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < log.size(); ++i) numbers.push_back(log.number_of(i));
    EXPECT_THAT(numbers, ElementsAre(11, 12, 18, 19, 21));
    std::vector<std::size_t> counts;
    for (const auto number : {0U, 5U, 10U, 11U, 12U, 13U, 17U, 18U, 19U, 20U, 21U, 22U, 99U}) {
        counts.push_back(log.lines_up_to(number));
    }
    EXPECT_THAT(counts, ElementsAre(0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5));
}

TEST(RawLog, HidesSecretsByTheirForm) {
    EXPECT_THAT(texts(RawLog::decode("git clone https://me:pa55word@host/x\n")),
                ElementsAre("git clone https://me:***@host/x"));
}

TEST(RawLog, FindsALiteralInItsLinesButNotAcrossThem) {
    const auto log = RawLog::decode("ab\nba\n\nabab\nx\n");

    EXPECT_THAT(log.lines_holding("bb"), ElementsAre());
    EXPECT_THAT(log.lines_holding("ab"), ElementsAre(0u, 3u));
    EXPECT_THAT(log.lines_holding("ba"), ElementsAre(1u, 3u));
    EXPECT_THAT(log.lines_holding("x"), ElementsAre(4u));
}

}  // namespace
}  // namespace flux::logs
