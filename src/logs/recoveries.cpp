#include "logs/recoveries.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <initializer_list>

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool begins(const RE2& pattern, std::string_view text, re2::StringPiece* groups = nullptr, int count = 0) {
    return pattern.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, groups, count);
}

/// What is taken back hardly weighs anything.
constexpr int hardly = 12;
constexpr int convincing = 60;
/// How many candidates one line takes back at most: however many lanes there are, a line costs no more.
constexpr int most_taken_back = 200;
constexpr std::size_t most_lanes = 64;
constexpr std::size_t attempt_reaches = 60;
constexpr std::size_t retry_reaches = 6;
constexpr std::size_t excuse_reaches = 40;

// What a line begins with, or holds, that says how things go. Most lines say nothing of the kind, so that one automaton
// for all of these is asked first (`may_mark`, `may_take_back`), and which of them it was only then.

/// The first words of a run of tests, or of a script that npm runs.
constexpr const char* opening =
    R"(=+ test session starts =+|TAP version 1[34]|running \d+ tests?$|RUN\s+v\d|> (?:\S+@\S* \S+|[a-z][\w:-]*$)|\[=+\] Running \d+ tests? |)"
    R"(\[ RUN      \]|Test project |PHPUnit \d|Run options: |(?:\[INFO\] )?Running \w+(?:[.$]\w+)*$|\[INFO\] -+< |> Task :|bun test v\d)";

/// What ends a run of tests in which all went well. Where a tool counts several things, it is the last of them, or the
/// one that is bad when any is.
constexpr const char* well =
    R"(=* ?(?:\d+ (?:passed|skipped|deselected|xfailed|xpassed|warnings?|rerun)(?:, )?)+ in [\d.]+s|)"
    R"(Test Suites:\s+(?:\d+ (?:skipped|passed), )+\d+ (?:of \d+ )?total|\d+ passing \(|\d+ examples?, 0 failures|)"
    R"(\d+ (?:runs|tests?), (?:\d+ assertions, )?0 failures|test result: ok\.|ok\s+\S+\s+(?:\d+\.\d+s|\(cached\))|)"
    R"(\[       OK \]|100% tests passed|[#ℹ] cancelled 0$|\S+\.t \.+ ?ok$|All tests successful\.|)"
    R"((?:\[(?:INFO|WARNING)\] )?(?:Tests run: \d+, Failures: 0, Errors: 0|BUILD SUCCESS)|BUILD SUCCESSFUL in |)"
    R"(OK \(\d+ tests?|Passed!  - Failed: +0|ok \| \d+ passed)";

/// What ends a part of a run in which something failed: nothing behind it takes back what was before.
constexpr const char* badly =
    R"(=* ?\d+ (?:failed|errors?)\b.* in [\d.]+s|Tests:? +\d+ failed|test result: FAILED|FAIL\s+\S|--- FAIL: |)"
    R"(\[  FAILED  \]|\d+ (?:examples?|runs|tests), .*[1-9]\d* (?:failures?|errors?)|[#ℹ] (?:fail|cancelled) [1-9]|)"
    R"(\[ERROR\] +Tests run: |(?:\[ERROR\] )?Tests run: \d+, .*<<< (?:FAILURE|ERROR)|FAILED \(|\S+\.t \.+ *(?:Failed|Dubious)|[1-9]\d* (?:fail|errors?)$)";

/// Go's marks: which test prints from here on, and which has passed.
constexpr const char* printing = R"(=== (?:RUN|CONT|NAME) +(\S+))";
constexpr const char* passed = R"(--- (?:PASS|SKIP): (\S+))";

/// Mocha's and Cypress's count, behind which the tests that failed are shown.
constexpr const char* failing = R"([1-9]\d* failing$)";

/// What bun says last of all: how it went is said before, by `badly` where something failed.
constexpr const char* bun_end = R"(Ran \d+ tests? across )";

/// unittest's last two lines.
constexpr const char* unittest_end = R"(Ran .* in |OK$|OK \()";

constexpr const char* attempt = R"((?i)[^\w]*(?:attempt|try|retry)\b[^\w]{0,4}(?:number |no\. ?)?(\d{1,3})\b[^─━═]*$)";

constexpr const char* retry = R"((?i)\b(?:will (?:re)?try(?: again)?|retrying|trying again|retry in \d)\b)";

constexpr const char* excuse =
    R"((?i)\b(?:as (?:was |is )?expected|as it should(?: be)?|(?:an|this|the) expected (?:failure|error)|expected to fail|)"
    R"((?:correctly|rightly) (?:rejected|refused|fail(?:s|ed))|(?:rejected|refused|failed) correctly|allowed to fail|)"
    R"(non-?fatal|continuing anyway|(?:errors?|failures?) (?:was |were |is |are )?(?:ignored|tolerated))\b)";

/// One expression that matches what any of them does.
std::string any_of(std::initializer_list<const char*> expressions) {
    return fmt::format("(?:{})", fmt::join(expressions, ")|(?:"));
}

bool may_mark(std::string_view text) {
    static const RE2 any{any_of({opening, well, badly, printing, passed, failing, bun_end, unittest_end, attempt})};
    return begins(any, text);
}

bool may_take_back(std::string_view text) {
    static const RE2 any{any_of({retry, excuse})};
    return RE2::PartialMatch(piece(text), any);
}

bool opens(std::string_view text) {
    static const RE2 expression{opening};
    return begins(expression, text);
}

/// Whether nothing of the same run of tests follows: of some tools each part of a run ends as the whole does.
bool ends_whole_run(std::string_view text) {
    static const RE2 part{R"(test result: |ok\s|--- |\[ |\S+\.t |(?:\[(?:INFO|WARNING)\] )?Tests run: )"};
    return !begins(part, text);
}

bool closes_bun(std::string_view text) {
    static const RE2 expression{bun_end};
    return begins(expression, text);
}

bool begins_failures(std::string_view text) {
    static const RE2 expression{failing};
    return begins(expression, text);
}

bool closes_badly(std::string_view text) {
    static const RE2 expression{badly};
    return begins(expression, text);
}

bool names_test(std::string_view text, std::string_view& test) {
    static const RE2 expression{printing};
    re2::StringPiece groups[2];
    if (!text.starts_with("=== ") || !begins(expression, text, groups, 2)) return false;
    test = {groups[1].data(), groups[1].size()};
    return true;
}

bool has_passed(std::string_view text, std::string_view& test) {
    static const RE2 expression{passed};
    re2::StringPiece groups[2];
    if (!text.starts_with("--- ") || !begins(expression, text, groups, 2)) return false;
    test = {groups[1].data(), groups[1].size()};
    return true;
}

/// `Attempt 2 of 3`, `Retry #1`: another one begins. The number tells it from the first.
bool announces_attempt(std::string_view text, int& number) {
    static const RE2 expression{attempt};
    static const RE2 outcome{R"((?i)\b(?:fail\w*|errors?|exit\w*|timed out|unsuccessful)\b)"};
    re2::StringPiece groups[2];
    if (!begins(expression, text, groups, 2) || RE2::PartialMatch(piece(text), outcome)) return false;
    number = 0;
    for (const char digit : std::string_view{groups[1].data(), groups[1].size()}) number = number * 10 + (digit - '0');
    return true;
}

bool announces_retry(std::string_view text) {
    static const RE2 expression{retry};
    static const RE2 over{R"((?i)\b(?:timed out|gave up|after|stopped|failed|despite) retrying\b)"};
    return RE2::PartialMatch(piece(text), expression) && !RE2::PartialMatch(piece(text), over);
}

bool excuses(std::string_view text) {
    static const RE2 expression{excuse};
    static const RE2 not_so{R"((?i)\bnot\b|n't\b|\bunexpected|\bbut\b|\bshould have\b)"};
    return RE2::PartialMatch(piece(text), expression) && !RE2::PartialMatch(piece(text), not_so);
}

/// What is missing may be so because the network failed before.
bool may_follow_from_network(const Candidate& candidate) {
    static const RE2 follows{
        R"((?i)no such file|not found|cannot find|could not find|does not exist|ENOENT|refused|resolve|timed? ?out|unreachable|fetch|download)"};
    return RE2::PartialMatch(piece(candidate.cause.message), follows);
}

template <class Concerns>
void take_back(std::vector<Candidate>& found, std::size_t from, const Concerns& concerns, bool for_good) {
    int left = most_taken_back;
    for (auto it = found.rbegin(); it != found.rend() && it->line >= from && left > 0; ++it, --left) {
        if (it->weight <= hardly || !concerns(*it)) continue;
        it->weight_if_alone = for_good ? 0 : it->weight;
        it->weight = hardly;
        it->cause.test.clear();
    }
}

}  // namespace

bool ends_tests_well(std::string_view text) {
    static const RE2 expression{well};
    static const RE2 unwell{R"(\b[1-9]\d* (?:failed|failures?|errors?)\b)"};
    return begins(expression, text) && !RE2::PartialMatch(piece(text), unwell);
}

bool fails_a_whole_run(const Candidate& candidate) {
    static const RE2 whole{R"((?i)coverage|threshold|obsolete|unhandled)"};
    return RE2::PartialMatch(piece(candidate.cause.message), whole);
}

std::uint64_t Recoveries::lane_of(std::string_view wrapper) {
    const auto begin = wrapper.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return 0;
    const auto name = wrapper.substr(begin, wrapper.find(' ', begin) - begin);
    // A time stands there, not a name.
    if (name.find_first_not_of("0123456789.") == std::string_view::npos) return 0;
    return std::hash<std::string_view>{}(name);
}

void Recoveries::close(std::string_view test, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found) {
    auto& mark = marks_[lane];
    if (mark.test == test && !mark.failed) {
        const bool begun = mark.begun;
        take_back(
            found, mark.line,
            [&](const Candidate& candidate) {
                const auto kind = candidate.cause.kind;
                return candidate.lane == lane && !fails_a_whole_run(candidate) &&
                       (begun || kind == FailureClass::test || kind == FailureClass::unknown);
            },
            true);
    }
    mark = {line + 1, {}, false};
}

void Recoveries::see(std::string_view text, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found) {
    if (may_mark(text) && see_mark(text, lane, line, found)) return;
    if (found.empty() || found.back().line + excuse_reaches < line || !may_take_back(text)) return;
    if (marks_.size() >= most_lanes && !marks_.contains(lane)) return;
    const auto of_lane = [&](const Candidate& candidate) { return candidate.lane == lane; };
    if (announces_retry(text)) {
        take_back(found, line - std::min(line, retry_reaches), of_lane, false);
    } else if (excuses(text)) {
        take_back(found, std::max(excuse_, line - std::min(line, excuse_reaches)), of_lane, true);
        excuse_ = line + 1;
    }
}

bool Recoveries::see_mark(std::string_view text, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found) {
    if (marks_.size() >= most_lanes && !marks_.contains(lane)) return true;
    std::string_view test;
    if (names_test(text, test)) {
        marks_[lane] = {line, std::string{test}, true};
        return true;
    }
    if (opens(text)) {
        marks_[lane] = {line, {}, true};
        return true;
    }
    if (begins_failures(text)) {
        marks_[lane] = {line + 1, {}, false, true};
        return true;
    }
    if (closes_badly(text)) {
        marks_[lane] = {line + 1, {}, false};
        return true;
    }
    if (text.starts_with("Ran ") && text.find(" in ") != std::string_view::npos) ran_ = line + 1;
    const bool unittest_ends = ran_ != 0 && line < ran_ + 4 && (text == "OK" || text.starts_with("OK ("));
    if (has_passed(text, test) || unittest_ends || ends_tests_well(text) || closes_bun(text)) {
        if (unittest_ends || ends_whole_run(text)) passed_ = line + 1;
        close(test, lane, line, found);
        return true;
    }
    if (int number = 0; announces_attempt(text, number)) {
        const auto from = attempt_ != 0 ? attempt_ : line - std::min(line, attempt_reaches);
        if (number > 1 || attempt_ != 0)
            take_back(found, from, [&](const Candidate& candidate) { return candidate.lane == lane; }, false);
        attempt_ = line + 1;
        return true;
    }
    return false;
}

bool Recoveries::judge(std::string_view text, Candidate& candidate) {
    if (candidate.weight <= hardly || !may_take_back(text)) return true;
    if (announces_retry(text)) {
        candidate.weight_if_alone = candidate.weight;
        candidate.weight = hardly;
    }
    return candidate.weight >= convincing || !excuses(text);
}

void Recoveries::see_script(std::string_view text) {
    static const RE2 tolerance{
        R"(\|\| *(?:true|:|exit 0|echo)(?:$|[\s;)])|\bset \+e\b|\bmake -(?:i|-ignore-errors)\b)"};
    tolerant_ = tolerant_ || RE2::PartialMatch(piece(text), tolerance);
}

void Recoveries::settle(std::vector<Candidate>& found, std::size_t end) const {
    const bool explained = std::any_of(found.begin(), found.end(), [](const Candidate& candidate) {
        return candidate.weight >= convincing && candidate.weight_if_alone == 0;
    });
    if (!explained) {
        for (auto& candidate : found) candidate.weight = std::max(candidate.weight, candidate.weight_if_alone);
    }

    constexpr int survived = 30;
    constexpr int believed = 75;
    constexpr std::size_t at_the_end = 25;
    const auto is_work = [](FailureClass kind) {
        return kind == FailureClass::compile || kind == FailureClass::type || kind == FailureClass::lint ||
               kind == FailureClass::test;
    };
    bool work_behind = false;
    bool other_behind = false;
    const std::string* last_tool = nullptr;
    for (auto it = found.rbegin(); it != found.rend(); ++it) {
        const auto& cause = it->cause;
        const bool is_believed = it->weight >= believed && !cause.tool.empty();
        // Nothing but a part of a script that was let fail, or a later attempt, has one tool's error followed by
        // another's.
        const bool let_fail = tolerant_ && last_tool != nullptr && cause.tool != *last_tool;
        const bool passed_later = it->line < passed_ && other_behind && cause.kind == FailureClass::test;
        if ((work_behind && cause.kind == FailureClass::network) || let_fail || passed_later) {
            if (it->weight > survived) it->weight -= survived;
            continue;
        }
        if (!is_believed) continue;
        if (last_tool == nullptr && it->line + at_the_end >= end) last_tool = &cause.tool;
        work_behind = work_behind || (is_work(cause.kind) && !may_follow_from_network(*it));
        other_behind = other_behind || it->line >= passed_;
    }
}

}  // namespace flux::logs
