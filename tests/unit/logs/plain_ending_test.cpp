#include "logs/plain_ending.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "logs/diagnose.hpp"
#include "logs/diagnosis_text.hpp"

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using How = PlainEnding::How;

PlainEnding ending_of(const std::string& text) { return plain_ending_of(RawLog::decode(text)); }

std::string lines(int count, const char* words) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{} {}\n", words, i);
    return text;
}

constexpr const char* compile_error = "src/a.c:3:5: error: 'x' undeclared (first use in this function)\n";

TEST(PlainEnding, FailsByACauseThatConvinces) {
    EXPECT_EQ(ending_of(fmt::format("cc -c src/a.c\n{}make: *** [Makefile:3: a.o] Error 1\n", compile_error)).how,
              How::failed);
    // Others that ran beside it may go on for a while.
    EXPECT_EQ(ending_of(compile_error + lines(20, "compiled")).how, How::failed);
}

TEST(PlainEnding, IsNotJudgedByAnErrorBehindWhichItWentOnForLong) {
    const auto ending = ending_of(compile_error + lines(40, "compiled"));
    EXPECT_EQ(ending.how, How::unknown);
    EXPECT_THAT(ending.suspects, ElementsAre(0));
}

TEST(PlainEnding, AsksEachErrorWhetherItWasGotOver) {
    const auto text = compile_error + lines(40, "compiled") + "skipped 2 invalid entries\n" + lines(4, "compiled");
    EXPECT_EQ(ending_of(text).how, How::unknown);
}

TEST(PlainEnding, IsWellWhereTheLastLineSaysSo) {
    for (const auto* last : {"Deployed successfully.", "healthy", "200 OK", "database is up", "✓ built in 3.2s",
                             "Found 21 warnings.", "Done in 4.1s", "5 passed in 0.1s", "5 of 5 tests passed"}) {
        EXPECT_EQ(ending_of(fmt::format("{}{}{}\n", compile_error, lines(12, "compiled"), last)).how, How::well)
            << last;
        // Clean-up says such things behind a failure, too.
        const auto near = ending_of(fmt::format("{}{}\n", compile_error, last));
        EXPECT_EQ(near.how, How::unknown) << last;
        EXPECT_THAT(near.suspects, ElementsAre(0)) << last;
    }
}

TEST(PlainEnding, IsNotWellByWordsThatOnlySoundSo) {
    for (const auto* last :
         {"no host is available", "None are available", "tests not passed", "2 failed, 3 passed in 0.1s",
          "Check that the daemon is running.", "Please make sure the Docker daemon is running.",
          "Timed out after 60s waiting until the database is up", "Rollback completed.", "1 of 2 tests passed",
          "0 passed", "✅ 12 ❌ 3", "503 OK", "[notice] A new release of pip is available: 23.0.1 -> 24.0"}) {
        EXPECT_NE(ending_of(fmt::format("starting\n{}\n", last)).how, How::well) << last;
    }
}

TEST(PlainEnding, DoesNotFailByAttemptsThatAnotherOneFollowed) {
    const std::string refused = "curl: (7) Failed to connect to localhost port 9999: Connection refused\n";
    EXPECT_NE(ending_of("attempt 1\n" + refused + "attempt 2\nthe page has 12 links\n").how, How::failed);
    EXPECT_EQ(ending_of("attempt 1\n" + refused + "attempt 2\n" + refused).how, How::failed);
}

TEST(PlainEnding, DoesNotFailByTestsThatAnotherRunPassed) {
    const std::string failed = "FAILED tests/test_a.py::test_a - assert 1 == 2\n1 failed, 1 passed in 0.43s\n";
    EXPECT_NE(ending_of(failed + "2 passed, 1 warning in 0.12s\n").how, How::failed);
    EXPECT_EQ(ending_of(compile_error + std::string{"2 passed in 0.12s\n"}).how, How::unknown);
    const std::string uncovered = "FAIL Required test coverage of 90% not reached. Total coverage: 33.33%\n";
    EXPECT_EQ(ending_of(uncovered + "=== 120 passed in 0.21s ===\n").how, How::failed);
}

TEST(PlainEnding, FailsByOneCommandsWordsOnlyWhereNothingFollows) {
    const std::string untagged = "fatal: No names found, cannot describe anything.\n";
    EXPECT_EQ(ending_of(untagged).how, How::failed);
    EXPECT_NE(ending_of(untagged + "building 0.0.0\nbuilt in 1.20s\n").how, How::failed);
    EXPECT_NE(
        ending_of("curl: (22) The requested URL returned error: 404\nusing the cached copy\nwritten to dist/\n").how,
        How::failed);
    const std::string missing = "cat: nofile: No such file or directory\n";
    EXPECT_EQ(ending_of("reading\n" + missing).how, How::failed);
    EXPECT_NE(ending_of("reading\n" + missing + "taking the built-in one\n").how, How::failed);
}

TEST(PlainEnding, ReadsTheLastWordsBeforeWhatBelongsToThem) {
    EXPECT_EQ(ending_of("bundling\nerror: Could not resolve: \"dayjs\"\n    at /work/src/index.ts:3:19\n").how,
              How::failed);
    EXPECT_EQ(ending_of("make: Entering directory '/work'\nMakefile:2: *** missing separator.  Stop.\n"
                        "make: Leaving directory '/work'\n")
                  .how,
              How::failed);
}

TEST(PlainEnding, FailsByNoCountOfNone) {
    EXPECT_NE(ending_of("Passed: 12\nFailed: none\n").how, How::failed);
    EXPECT_NE(ending_of("Passed: 12\nFailed: -\n").how, How::failed);
    EXPECT_EQ(ending_of("Passed: 12\nFailed: login\n").how, How::failed);
}

TEST(PlainEnding, LooksPastBlankLinesAndLongStacks) {
    EXPECT_EQ(ending_of("error: no such command\n" + std::string(80, '\n')).how, How::failed);
    std::string stack = "Exception in thread \"main\" java.lang.IllegalStateException: no config\n";
    for (int i = 0; i < 70; ++i) stack += fmt::format("\tat org.example.Main.f{}(Main.java:{})\n", i, i);
    EXPECT_EQ(ending_of(stack).how, How::failed);
}

TEST(PlainEnding, OfBunIsTakenFromItsCounts) {
    const std::string error = "error: expect(received).toBe(expected)\n";
    EXPECT_NE(ending_of("bun test v1.2.0\n" + error + "(pass) a\n\n 1 pass\n 0 fail\nRan 1 tests across 1 file.\n").how,
              How::failed);
    const auto unhandled = ending_of(
        "bun test v1.2.0\nTypeError: config.port is undefined\n 1 pass\n 0 fail\n"
        " 1 error\nRan 1 tests across 1 file. [8.00ms]\n");
    EXPECT_NE(unhandled.how, How::well);
    EXPECT_FALSE(unhandled.suspects.empty() && unhandled.how == How::unknown);
}

TEST(PlainEnding, TakesNoInstallForAFailedAudit) {
    const std::string counted = "\n13 vulnerabilities (2 low, 9 moderate, 2 high)\n\nRun `npm audit` for details.\n";
    EXPECT_NE(ending_of("added 2039 packages, and audited 2255 packages in 26s\n" + counted).how, How::failed);
    EXPECT_EQ(ending_of("# npm audit report\n\nlodash  <4.17.21\nSeverity: high\n" + counted).how, How::failed);
}

TEST(PlainEnding, OfAnEmptyLogIsUnknown) {
    EXPECT_EQ(ending_of("").how, How::unknown);
    EXPECT_EQ(ending_of("\n\n").how, How::unknown);
}

std::string told(const std::string& text) {
    const auto log = RawLog::decode(text);
    const auto diagnosis = diagnose(log);
    EXPECT_TRUE(diagnosis.failed_steps.empty());
    EXPECT_TRUE(diagnosis.causes.empty());
    return write_diagnosis(diagnosis, log, "n", 1500).text;
}

TEST(DiagnosisText, ShowsWhatMayBeTroubleInAPlainTextThatDoesNotTellHowItEnded) {
    const auto text = told("reading 3 files\nlicence of left-pad is not allowed\n" + lines(12, "checked"));
    EXPECT_THAT(text, HasSubstr("No runner's mark says how it ended."));
    EXPECT_THAT(text, HasSubstr("<<<log-n\n2| licence of left-pad is not allowed\n"));
    EXPECT_THAT(text, HasSubstr("14| checked 11\n>>>log-n\n"));

    EXPECT_EQ(told("compiled\nDeployed successfully.\n"), "The log shows no failed step.\n");
    EXPECT_EQ(told("\n\n"), "The log shows no failed step.\n");
    EXPECT_EQ(told("2026-01-18T11:08:00.4183657Z ##[group]Run make\n2026-01-18T11:08:00.4183657Z ##[endgroup]\n"
                   "2026-01-18T11:08:00.4183657Z licence of left-pad is not allowed\n"
                   "2026-01-18T11:08:00.4183657Z Post job cleanup.\n"),
              "The log shows no failed step.\n");
}

TEST(DiagnosisText, CountsTheSuspectsThatItDoesNotShow) {
    const auto log = RawLog::decode(lines(30, "licence is not allowed of") + lines(12, "checked"));
    const auto written = write_diagnosis(diagnose(log), log, "n", 1500);
    EXPECT_THAT(written.text, HasSubstr("1| licence"));
    EXPECT_THAT(written.text, HasSubstr("30| licence"));
    EXPECT_EQ(written.lines_left_out, 22u);
}

TEST(DiagnosisText, KeepsDoubtsWithinTheBudget) {
    const auto log = RawLog::decode(lines(30, std::string(500, 'x').c_str()));
    EXPECT_LE(write_diagnosis(diagnose(log), log, "n", 200).text.size(), 800u);
}

}  // namespace
}  // namespace flux::logs
