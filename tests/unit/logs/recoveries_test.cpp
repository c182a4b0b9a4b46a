#include "logs/recoveries.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "logs/diagnose.hpp"

namespace flux::logs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Diagnosis diagnosis_of(std::string_view script, std::string_view output) {
    return diagnose(RawLog::decode("##[group]Run ci\n\x1B[36;1m" + std::string{script} +
                                   "\x1B[0m\nshell: bash -e {0}\n##[endgroup]\n" + std::string{output} +
                                   "##[error]Process completed with exit code 1.\n"));
}

TEST(Recoveries, TakeBackWhatTheStepGotOver) {
    struct Row {
        const char* name;
        const char* script;
        const char* output;
        const char* cause;
        FailureClass kind;
    };
    const std::vector<Row> rows{
        {"printed by tests that passed", "npm run ci",
         "> svc@1.0.0 test\n> jest\nTypeError: Cannot read properties of undefined (reading 'id')\n"
         "    at handler (/home/runner/work/svc/svc/api.js:3:7)\nTest Suites: 3 passed, 3 total\n"
         "> svc@1.0.0 lint\n> eslint .\n/home/runner/work/svc/svc/a.js\n  4:10  error  'y' is not defined  no-undef\n",
         "'y' is not defined", FailureClass::lint},
        {"printed by a test of Go that passed", "go test -v ./...",
         "=== RUN   TestRefused\n    pay_test.go:5: want error, got error\npanic: simulated, recovered\n"
         "--- PASS: TestRefused (0.00s)\n=== RUN   TestFee\n    pay_test.go:8: Fee(15) = 1, want 2\n"
         "--- FAIL: TestFee (0.00s)\nFAIL\nFAIL\texample.org/pay\t0.004s\n",
         "TestFee", FailureClass::test},
        {"an attempt of a download that another followed", "for i in 1 2 3; do get && break; done; make",
         "curl: (7) Failed to connect to 127.0.0.1 port 80: Connection refused\nretrying in 1s\nbuilding\n"
         "util.c:2:28: error: 'offset' undeclared\n",
         "'offset' undeclared", FailureClass::compile},
        {"an attempt of the whole", "for n in 1 2; do node e2e.js && exit 0; done; exit 1",
         "##[group]attempt 1\nError: page.goto: net::ERR_CONNECTION_RESET at /login\n##[endgroup]\n"
         "##[group]attempt 2\nError: expected title \"Basket (2)\", got \"Basket (0)\"\n##[endgroup]\n",
         "Basket (2)", FailureClass::unknown},
        {"what was expected", "sh compile-fail.sh",
         "cf/01.c:1:22: error: 'undefined_1' undeclared\ncf/01.c: rejected, as it should be\n"
         "Error: cf/02.c should have been rejected, but compiled\n",
         "should have been rejected", FailureClass::unknown},
        {"what the script lets fail", "cc -c legacy.c || true",
         "legacy.c:1:22: error: 'nope' undeclared\n"
         "AssertionError [ERR_ASSERTION]: max is 12, docs say 10\n    at check.mjs:4:8\n",
         "max is 12", FailureClass::test},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto diagnosis = diagnosis_of(row.script, row.output);

        ASSERT_THAT(diagnosis.causes, Not(IsEmpty()));
        EXPECT_THAT(diagnosis.causes.front().message, HasSubstr(row.cause));
        if (row.kind != FailureClass::unknown) {
            EXPECT_EQ(diagnosis.kind, row.kind);
        }
    }
}

TEST(Recoveries, LeaveWhatNothingGotOver) {
    struct Row {
        const char* name;
        const char* output;
        const char* cause;
    };
    const std::vector<Row> rows{
        {"the last attempt failed too",
         "curl: (7) Failed to connect to 127.0.0.1 port 80: Connection refused\nretrying in 1s\n"
         "curl: (7) Failed to connect to 127.0.0.1 port 80: Connection refused\nretrying in 1s\n",
         "Failed to connect"},
        {"another program passed",
         "api:test: AssertionError [ERR_ASSERTION]: 404 == 200\nweb:test: Test Suites: 2 passed, 2 total\n",
         "404 == 200"},
        {"another test of Go passed",
         "=== RUN   TestFee\n    pay_test.go:8: Fee(15) = 1, want 2\n--- PASS: TestOther (0.00s)\n"
         "--- FAIL: TestFee (0.00s)\n",
         "TestFee"},
        {"too little was covered by tests that passed",
         "======== test session starts ========\nFAIL Required test coverage of 90% not reached. Total coverage: "
         "50.00%\n"
         "======== 4 passed in 0.10s ========\n",
         "coverage of 90%"},
        {"it was not as expected", "a.c:1:22: error: 'x' undeclared\nthe output is not as expected\n",
         "'x' undeclared"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto diagnosis = diagnosis_of("ci", row.output);

        ASSERT_THAT(diagnosis.causes, Not(IsEmpty()));
        EXPECT_THAT(diagnosis.causes.front().message, HasSubstr(row.cause));
        EXPECT_GE(diagnosis.causes.front().weight, 34);
    }
}

TEST(Recoveries, LeaveALogWithoutMarksGreen) {
    const auto log = RawLog::decode(
        "=== RUN   TestErr\npanic: simulated, recovered\n--- PASS: TestErr (0.00s)\nPASS\n"
        "ok  \texample.org/app\t0.002s\nuploading the report\n");

    EXPECT_THAT(diagnose(log).failed_steps, IsEmpty());
}

}  // namespace
}  // namespace flux::logs
