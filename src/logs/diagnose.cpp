#include "logs/diagnose.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "logs/candidates.hpp"
#include "logs/exit_code.hpp"
#include "logs/failed_steps.hpp"

namespace flux::logs {

namespace {

/// A weight from which a cause is believed without more evidence.
constexpr int convincing = 60;
constexpr std::size_t most_causes = 10;

/// The message without what changes from one occurrence to the next: numbers, addresses, times.
std::string shape_of(std::string_view message) {
    std::string shape;
    for (const char c : message) {
        if (c >= '0' && c <= '9') {
            if (shape.empty() || shape.back() != '#') shape += '#';
        } else {
            shape += c;
        }
    }
    return shape;
}

/// The weightiest, best first; and with them the first word of trouble and the last summing-up, which often say in one
/// line what the many in between repeat.
std::vector<Cause> best_of(std::vector<Cause> causes) {
    const auto heavier = [](const Cause& a, const Cause& b) { return a.weight > b.weight; };
    std::stable_sort(causes.begin(), causes.end(), heavier);
    if (causes.size() <= most_causes) return causes;

    const auto rest = causes.begin() + static_cast<std::ptrdiff_t>(most_causes) - 2;
    const auto worth_a_line = [](const Cause& cause) { return cause.weight >= 40; };
    const auto by_line = [&](const Cause& a, const Cause& b) {
        return std::pair{!worth_a_line(a), a.log_line} < std::pair{!worth_a_line(b), b.log_line};
    };
    std::iter_swap(rest, std::min_element(rest, causes.end(), by_line));
    const auto by_end = [&](const Cause& a, const Cause& b) {
        return std::pair{worth_a_line(a), a.log_line} < std::pair{worth_a_line(b), b.log_line};
    };
    std::iter_swap(rest + 1, std::max_element(rest + 1, causes.end(), by_end));
    causes.resize(most_causes);
    // From the sixth on a cause has its own line only: the first ones show what they look like.
    for (std::size_t i = 5; i < causes.size(); ++i)
        causes[i].excerpt_first = causes[i].excerpt_last = causes[i].log_line;
    return causes;
}

/// A failure that is mostly the echo of an earlier one: something that should have been made isn't there.
bool misses_something(const Cause& cause) {
    static const RE2 missing{
        R"((?i)does not exist|no such file|not found|cannot find|could not find|ENOENT|no files were found)"};
    return RE2::PartialMatch(cause.message, missing);
}

struct Ranked {
    std::vector<Cause> causes;         ///< best first, `most_causes` at most
    std::vector<std::size_t> further;  ///< 1-based lines of the other candidates, likeliest first
};

/// Lines that say what an earlier one said, kept in case there is room to show them.
constexpr std::size_t most_further = 300;

Ranked rank(const RawLog& log, std::vector<Candidate> candidates, const StepFailure& failure) {
    const auto& step = log.steps()[failure.step];
    std::vector<Cause> causes;
    std::vector<std::size_t> repeated;
    std::map<std::string, std::size_t> known;
    std::map<std::string, int> seen_of_tool;

    for (auto& candidate : candidates) {
        const auto key =
            std::string{candidate.cause.tool} + '\n' + candidate.cause.file + '\n' + shape_of(candidate.cause.message);
        if (const auto again = known.find(key); again != known.end()) {
            ++causes[again->second].count;
            if (repeated.size() < most_further) repeated.push_back(candidate.line + 1);
            continue;
        }
        auto cause = std::move(candidate.cause);
        cause.job = step.job;
        cause.step = step.name;
        cause.log_line = candidate.line + 1;
        cause.weight = candidate.weight;
        const auto begin = static_cast<std::ptrdiff_t>(candidate.line) - candidate.before;
        cause.excerpt_first =
            static_cast<std::size_t>(std::max<std::ptrdiff_t>(begin, static_cast<std::ptrdiff_t>(step.first))) + 1;
        const auto end = candidate.line >= failure.line ? step.last : failure.line;
        cause.excerpt_last = std::min(candidate.line + static_cast<std::size_t>(candidate.after), end) + 1;

        // The first error of a tool is the likeliest cause; what follows is often its echo.
        const auto earlier = seen_of_tool[cause.tool]++;
        cause.weight -= std::min(earlier, 6);
        // What stands near the end explains the exit, unless a tool named it precisely long before.
        const auto distance = failure.line - std::min(failure.line, candidate.line);
        if (distance > 400) cause.weight -= 6;
        if (distance < 40 && cause.weight < convincing) cause.weight += 8;
        known.emplace(key, causes.size());
        causes.push_back(std::move(cause));
    }
    Ranked ranked;
    ranked.causes = best_of(causes);
    std::set<std::size_t> shown;
    for (const auto& cause : ranked.causes) shown.insert(cause.log_line);
    std::erase_if(causes, [&](const Cause& cause) { return shown.contains(cause.log_line); });
    std::stable_sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) { return a.weight > b.weight; });
    if (causes.size() > most_further) causes.resize(most_further);
    for (const auto& cause : causes) ranked.further.push_back(cause.log_line);
    ranked.further.insert(ranked.further.end(), repeated.begin(), repeated.end());
    return ranked;
}

/// The names of the tests that the candidates say have failed.
void add_failed_tests(Diagnosis& diagnosis, const std::vector<Candidate>& candidates) {
    constexpr std::size_t most_tests = 200;
    std::set<std::string> known{diagnosis.failed_tests.begin(), diagnosis.failed_tests.end()};
    for (const auto& candidate : candidates) {
        if (candidate.cause.test.empty() || diagnosis.failed_tests.size() == most_tests) continue;
        if (known.insert(candidate.cause.test).second) diagnosis.failed_tests.push_back(candidate.cause.test);
    }
}

std::size_t last_output_before(const RawLog& log, const RawStep& step, std::size_t line) {
    while (line > step.first && (log.line(line).length == 0 || log.line(line).role != RawLine::Role::output)) --line;
    return line;
}

std::size_t first_output_of(const RawLog& log, const RawStep& step) {
    auto line = step.first;
    while (line < step.last && log.line(line).role != RawLine::Role::output) ++line;
    return line;
}

void add_tail(Diagnosis& diagnosis, const RawLog& log, const StepFailure& failure, std::size_t lines) {
    const auto& step = log.steps()[failure.step];
    const auto end = last_output_before(log, step, failure.line);
    auto begin = end;
    std::size_t kept = 0;
    while (begin > step.first && kept < lines && log.line(begin - 1).role == RawLine::Role::output) {
        --begin;
        if (log.line(begin).length > 0) ++kept;
    }
    diagnosis.evidence.push_back({"end of the step", begin + 1, end + 1});
}

/// The script of a step that failed without a word.
void add_script(Diagnosis& diagnosis, const RawLog& log, const StepFailure& failure) {
    const auto& step = log.steps()[failure.step];
    std::size_t first = 0;
    std::size_t last = 0;
    for (auto i = step.first; i <= failure.line; ++i) {
        if (log.line(i).role != RawLine::Role::script) continue;
        if (first == 0) first = i + 1;
        last = i + 1;
    }
    if (first != 0) diagnosis.evidence.push_back({"the step's script", first, last});
}

/// `GITHUB_TOKEN Permissions` of the set-up: what a refused call was allowed to do.
void add_token_permissions(Diagnosis& diagnosis, const RawLog& log) {
    for (std::size_t i = 0; i < std::min<std::size_t>(log.size(), 200); ++i) {
        if (log.text(i).find("GITHUB_TOKEN Permissions") == std::string_view::npos) continue;
        auto last = i;
        while (last + 1 < log.size() && !log.text(last + 1).starts_with("##[endgroup]") && last < i + 20) ++last;
        diagnosis.evidence.push_back({"the token's permissions", i + 1, last + 1});
        return;
    }
}

/// What steps before the failed one said and stayed green: causes, but less believed.
void add_earlier_trouble(Diagnosis& diagnosis, const RawLog& log, const StepFailure& failure) {
    constexpr std::size_t looked_back = 2;
    constexpr int strong = 80;
    const auto& steps = log.steps();
    const auto begin = failure.step - std::min(failure.step, looked_back);
    for (auto s = begin; s < failure.step; ++s) {
        if (steps[s].job != steps[failure.step].job) continue;
        const StepFailure earlier{s, steps[s].last, std::nullopt, false};
        for (auto& cause : rank(log, find_candidates(log, steps[s].first, steps[s].last), earlier).causes) {
            if (cause.weight < strong) continue;
            cause.weight -= 20;
            diagnosis.causes.push_back(std::move(cause));
        }
    }
    std::stable_sort(diagnosis.causes.begin(), diagnosis.causes.end(),
                     [](const Cause& a, const Cause& b) { return a.weight > b.weight; });
}

std::string summary_of(const Diagnosis& diagnosis) {
    if (diagnosis.failed_steps.empty()) return {};
    const auto& step = diagnosis.failed_steps.front();
    std::string text = fmt::format("Step \"{}\" failed", shortened(step.step, 120));
    if (step.exit_code) {
        text += fmt::format(" with exit code {}", *step.exit_code);
        if (const auto* meaning = meaning_of_exit(*step.exit_code)) text += fmt::format(" ({})", meaning);
    }
    if (!diagnosis.causes.empty() && diagnosis.causes.front().weight >= convincing) {
        const auto& cause = diagnosis.causes.front();
        text += ": ";
        if (!cause.file.empty()) {
            text += cause.file;
            if (cause.line > 0) text += fmt::format(":{}", cause.line);
            text += ' ';
        }
        text += shortened(cause.message, 160);
    }
    return text + (text.ends_with('.') ? "" : ".");
}

}  // namespace

Diagnosis diagnose(const RawLog& log) {
    Diagnosis diagnosis;
    const auto failures = find_failed_steps(log);
    for (const auto& failure : failures) {
        const auto& step = log.steps()[failure.step];
        if (step.parent >= 0) {
            const auto& outer = log.steps()[static_cast<std::size_t>(step.parent)];
            diagnosis.failed_steps.push_back({outer.job, outer.name, outer.first + 1, {}, failure.exit_code});
        }
        diagnosis.failed_steps.push_back(
            {step.job, step.name, failure.line + 1, std::string{log.text(failure.line)}, failure.exit_code});

        // What a runner says in several lines goes on behind the line that ended the step.
        constexpr std::size_t told_after = 12;
        auto candidates = find_candidates(log, step.first, std::min(step.last, failure.line + told_after));
        add_failed_tests(diagnosis, candidates);
        auto ranked = rank(log, std::move(candidates), failure);
        diagnosis.further.insert(diagnosis.further.end(), ranked.further.begin(), ranked.further.end());
        const bool first_failure = &failure == &failures.front();
        for (auto& cause : ranked.causes) {
            // A later step that fails, fails mostly because the first did.
            if (!first_failure) cause.weight -= 15;
            diagnosis.causes.push_back(std::move(cause));
        }
    }
    if (failures.empty()) return diagnosis;

    std::stable_sort(diagnosis.causes.begin(), diagnosis.causes.end(),
                     [](const Cause& a, const Cause& b) { return a.weight > b.weight; });
    const int best = diagnosis.causes.empty() ? 0 : diagnosis.causes.front().weight;

    if (best < convincing || misses_something(diagnosis.causes.front())) {
        add_earlier_trouble(diagnosis, log, failures.front());
    }
    if (diagnosis.causes.size() > most_causes) diagnosis.causes.resize(most_causes);

    if (!diagnosis.causes.empty()) {
        diagnosis.kind = diagnosis.causes.front().kind;
        diagnosis.confidence = std::clamp(diagnosis.causes.front().weight / 100.0, 0.1, 0.98);
    }
    diagnosis.convinces = best >= convincing;
    const auto& first_step = log.steps()[failures.front().step];
    diagnosis.output = {{}, first_output_of(log, first_step) + 1, failures.front().line + 1};
    if (!diagnosis.convinces) add_script(diagnosis, log, failures.front());
    // Every failed step shows its end; the first one more of it where nothing else explains it.
    constexpr std::size_t most_tails = 6;
    for (std::size_t i = 0; i < std::min(failures.size(), most_tails); ++i) {
        const std::size_t whole = failures.size() == 1 ? 40 : 25;
        add_tail(diagnosis, log, failures[i], diagnosis.convinces ? 9 : i == 0 ? whole : 12);
    }
    if (diagnosis.kind == FailureClass::permission) add_token_permissions(diagnosis, log);
    diagnosis.summary = summary_of(diagnosis);
    return diagnosis;
}

}  // namespace flux::logs
