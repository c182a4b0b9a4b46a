#include "logs/flaky_tests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "logs/diagnose.hpp"

namespace flux::logs {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string step(const std::string& output) {
    return "##[group]Run npx playwright test\nshell: /usr/bin/bash -e {0}\n##[endgroup]\n" + output +
           "##[error]Process completed with exit code 1.\n";
}

constexpr const char* flaky_block =
    "  1) [chromium] › login.spec.ts:12:5 › login › remembers me ──────────\n\n"
    "    Error: page.waitForURL: Test timeout of 30000ms exceeded.\n\n"
    "        at /work/e2e/login.spec.ts:14:16\n\n";
constexpr const char* failed_block =
    "  2) [chromium] › checkout.spec.ts:14:5 › coupon lowers the total ──────────\n\n"
    "    Error: expect(locator).toHaveText(expected) failed\n\n"
    "    Expected string: \"€0.00\"\n\n"
    "        at /work/e2e/checkout.spec.ts:22:49\n\n";

TEST(FlakyTests, AreNoCauseOfARunThatAnotherTestFailed) {
    const std::string counts =
        "  1 failed\n    [chromium] › checkout.spec.ts:14:5 › coupon lowers the total ──────────\n"
        "  1 flaky\n    [chromium] › login.spec.ts:12:5 › login › remembers me ──────────\n  16 passed (1.4m)\n";
    for (const auto& blocks : {std::string{flaky_block} + failed_block, std::string{failed_block} + flaky_block}) {
        const auto diagnosis = diagnose(RawLog::decode(step(blocks + counts)));
        ASSERT_FALSE(diagnosis.causes.empty());
        EXPECT_THAT(diagnosis.causes.front().file + diagnosis.causes.front().test, HasSubstr("checkout.spec.ts"));
        EXPECT_EQ(diagnosis.kind, FailureClass::test);
        EXPECT_THAT(diagnosis.failed_tests, Not(Contains(HasSubstr("remembers me"))));
    }
}

TEST(FlakyTests, AreBelievedWhereNothingElseExplains) {
    const auto diagnosis = diagnose(RawLog::decode(step(
        std::string{flaky_block} +
        "  1 flaky\n    [chromium] › login.spec.ts:12:5 › login › remembers me ──────────\n  16 passed (1.4m)\n")));
    ASSERT_FALSE(diagnosis.causes.empty());
    EXPECT_THAT(diagnosis.causes.front().message, HasSubstr("Test timeout"));
}

TEST(MochasFailures, AreNotTakenBackByTheNextFilesCount) {
    const auto diagnosis = diagnose(RawLog::decode(step(
        "  1 passing (6s)\n  1 failing\n\n  1) profile\n       saves the display name:\n"
        "     AssertionError: Timed out retrying after 4000ms: Expected to find element: `[data-cy=saved]`, but never "
        "found it.\n      at Context.eval (webpack:///./cypress/e2e/profile.cy.js:18:9)\n\n"
        "  Running:  cart.cy.js\n  2 passing (3s)\n")));
    ASSERT_FALSE(diagnosis.causes.empty());
    EXPECT_THAT(diagnosis.causes.front().message, HasSubstr("Expected to find element"));
    EXPECT_EQ(diagnosis.kind, FailureClass::test);
}

}  // namespace
}  // namespace flux::logs
