#include "logs/required_literals.hpp"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RequiredLiterals, AreWhatEachAlternativeMustHold) {
    EXPECT_THAT(required_literals("##\\[error\\]|AssertionError|exit code [1-9]"),
                ElementsAre("##[error]", "AssertionError", "exit code "));
    EXPECT_THAT(required_literals("colou?r of"), ElementsAre("colo"));
    EXPECT_THAT(required_literals("^\\s*error(s)?: (.*) failed$"), ElementsAre(" failed"));
    EXPECT_THAT(required_literals("abc+de{2}fgh"), ElementsAre("abc"));
    EXPECT_THAT(required_literals("naïve?"), ElementsAre("naïv"));
}

TEST(RequiredLiterals, AreNoneWhereAMatchMayDoWithout) {
    for (const auto* expression : {"", "ab", "error|a", "(error|failed)", "(?i)error", "\\Qa|b\\E abc", "a?b?c?",
                                   "[abc]+", "\\x41bcd", "[abc"}) {
        EXPECT_THAT(required_literals(expression), IsEmpty()) << expression;
    }
}

TEST(RequiredLiterals, NeverMissAMatch) {
    constexpr std::array pieces{"abc",    "b",    "ca", "x",   ".", "a?", "b*",    "c+",
                                "(ab|c)", "[ab]", "|",  "\\.", "^", "$",  "b{0,1}"};
    constexpr std::array texts{"abc", "ab", "c", "x", "."};
    std::mt19937 random{5};
    const auto below = [&](std::size_t bound) { return random() % bound; };
    int tried = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string expression;
        for (auto length = 1 + below(6); length > 0; --length) expression += pieces.at(below(pieces.size()));
        RE2::Options options;
        options.set_log_errors(false);
        const RE2 compiled{expression, options};
        const auto literals = required_literals(expression);
        if (!compiled.ok() || literals.empty()) continue;
        for (int i = 0; i < 20; ++i) {
            std::string text;
            for (auto length = below(12); length > 0; --length) text += texts.at(below(texts.size()));
            if (!RE2::PartialMatch(text, compiled)) continue;
            ++tried;
            const auto holds = [&](const std::string& each) { return text.find(each) != std::string::npos; };
            EXPECT_TRUE(std::any_of(literals.begin(), literals.end(), holds)) << expression << " on " << text;
        }
    }
    EXPECT_GT(tried, 100);
}

}  // namespace
}  // namespace flux::logs
