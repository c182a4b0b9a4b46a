#include "logs/diagnose.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "logs/candidates.hpp"
#include "logs/exit_code.hpp"
#include "logs/failed_steps.hpp"
#include "logs/line_shapes.hpp"
#include "logs/places.hpp"
#include "logs/plain_ending.hpp"

namespace flux::logs {

namespace {

/// A weight from which a cause is believed without more evidence.
constexpr int convincing = 60;
constexpr std::size_t most_causes = 10;

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

/// The last of the `count` lines behind `line` that aren't empty, up to `end`.
std::size_t lines_behind(const RawLog& log, std::size_t line, std::size_t count, std::size_t end) {
    auto last = line;
    while (count > 0 && line < end) {
        ++line;
        if (log.line(line).length == 0) continue;
        last = line;
        --count;
    }
    return last;
}

struct Ranked {
    std::vector<Cause> causes;         ///< best first, `most_causes` at most
    std::vector<std::size_t> further;  ///< 1-based lines of the other candidates, likeliest first
};

/// Lines that say what an earlier one said, kept in case there is room to show them.
constexpr std::size_t most_further = 300;

/// Whether what a candidate says is of one failed test alone, however much it reads like another's.
bool is_of_one_test(const Candidate& candidate) {
    constexpr int says_why = 66;
    return candidate.cause.kind == FailureClass::test && candidate.weight >= says_why;
}

/// What doesn't convince by itself and was there when the job was green (`in_green`) is no cause.
Ranked rank(const RawLog& log, std::vector<Candidate> candidates, const StepFailure& failure,
            const ShapeSet& in_green) {
    const auto& step = log.steps()[failure.step];
    std::vector<Cause> causes;
    std::vector<std::size_t> repeated;
    std::unordered_map<std::uint64_t, std::size_t> known;
    // A line is worth showing again only where it isn't the same word by word.
    std::unordered_set<std::string_view> said;
    const auto repeat = [&](std::size_t line) {
        if (repeated.size() < most_further && said.insert(log.text(line)).second) repeated.push_back(line + 1);
    };
    std::map<std::string, int> seen_of_tool;
    // The tools that still speak of errors near the end.
    constexpr std::size_t far = 400;
    std::set<std::string> goes_on;
    for (const auto& candidate : candidates) {
        if (!candidate.cause.tool.empty() && candidate.weight >= convincing && candidate.line + far >= failure.line)
            goes_on.insert(candidate.cause.tool);
    }
    // Of failed tests that read alike, so many are told apart: each has values of its own.
    constexpr std::size_t most_told_apart = 8;
    std::unordered_map<std::uint64_t, std::set<std::string>> told_apart;
    std::vector<std::size_t> placed;
    for (const auto& candidate : candidates) {
        if (!candidate.cause.file.empty() || !candidate.cause.test.empty()) placed.push_back(candidate.line);
    }

    for (auto& candidate : candidates) {
        const auto key = likeness_of(candidate.cause);
        bool is_new = false;
        if (is_of_one_test(candidate)) {
            auto& messages = told_apart[key];
            is_new = messages.size() < most_told_apart && messages.insert(candidate.cause.message).second;
        }
        if (const auto again = known.find(key); again != known.end() && !is_new) {
            causes[again->second].count += candidate.cause.count;
            repeat(candidate.line);
            continue;
        }
        if (candidate.weight < convincing && in_green.contains(shape_of(log.text(candidate.line)))) {
            repeat(candidate.line);
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
        cause.excerpt_last = lines_behind(log, candidate.line, static_cast<std::size_t>(candidate.after), end) + 1;
        // An annotation of several lines is one thing that was said.
        constexpr std::size_t longest_annotation = 8;
        for (auto i = candidate.line + 1; log.line(candidate.line).level == Level::error && i <= step.last &&
                                          i <= candidate.line + longest_annotation && log.line(i).continues;
             ++i)
            cause.excerpt_last = std::max(cause.excerpt_last, i + 1);

        // The first error of a tool is the likeliest cause; what follows is often its echo.
        const auto earlier = seen_of_tool[cause.tool]++;
        cause.weight -= std::min(earlier, 6);
        // What stands near the end explains the exit, unless it only goes on with what its tool said long before.
        const auto distance = failure.line - std::min(failure.line, candidate.line);
        if (distance > far && !(goes_on.contains(cause.tool) && cause.weight >= convincing)) cause.weight -= 6;
        if (distance < 40 && cause.weight < convincing) cause.weight += 8;
        known.emplace(key, causes.size());
        said.insert(log.text(candidate.line));
        causes.push_back(std::move(cause));
    }
    Ranked ranked;
    ranked.causes = best_of(causes);
    for (auto& cause : ranked.causes)
        complete_place(cause, log, step.first, std::max(step.first, failure.line), placed);
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

/// The last `lines` lines of the step that are not one of many like them: what a tool repeats hundreds of times
/// explains nothing.
void add_tail(Diagnosis& diagnosis, const RawLog& log, const LineShapes& shapes, const StepFailure& failure,
              std::size_t lines) {
    const auto& step = log.steps()[failure.step];
    const auto end = last_output_before(log, step, failure.line);
    std::vector<Diagnosis::Excerpt> ranges;
    std::size_t kept = 0;
    for (auto line = end;; --line) {
        const auto& entry = log.line(line);
        const bool of_the_runner = line == failure.line;
        if (entry.role == RawLine::Role::output && entry.length > 0 && (of_the_runner || !shapes.is_common(line))) {
            if (!ranges.empty() && ranges.back().first == line + 2) {
                ranges.back().first = line + 1;
            } else {
                ranges.push_back({{}, line + 1, line + 1});
            }
            if (++kept > lines) break;
        }
        if (line == step.first) break;
    }
    std::reverse(ranges.begin(), ranges.end());
    if (!ranges.empty()) ranges.front().title = "end of the step";
    diagnosis.evidence.insert(diagnosis.evidence.end(), ranges.begin(), ranges.end());
}

/// Lines that occur once in a step that says most things many times.
void add_rare_lines(Diagnosis& diagnosis, const RawLog& log, const LineShapes& shapes, const StepFailure& failure) {
    constexpr std::size_t most_rare = 60;
    const auto& step = log.steps()[failure.step];
    std::vector<std::size_t> rare;
    for (auto line = failure.line; line > step.first && rare.size() < most_rare; --line) {
        const auto& entry = log.line(line);
        if (entry.role == RawLine::Role::output && entry.length > 0 && shapes.is_single(line)) rare.push_back(line + 1);
    }
    diagnosis.further.insert(diagnosis.further.end(), rare.rbegin(), rare.rend());
}

/// The lines of the failed step that the job never printed when it was green, the last ones of many.
void add_new_lines(Diagnosis& diagnosis, const RawLog& log, const StepFailure& failure, const ShapeSet& in_green) {
    constexpr std::size_t most_shown = 16;
    constexpr std::size_t most_kept = 60;
    const auto& step = log.steps()[failure.step];
    std::vector<std::size_t> fresh;
    for (auto line = failure.line; line > step.first && fresh.size() < most_kept; --line) {
        const auto entry = log.line(line);
        if (entry.role != RawLine::Role::output || entry.length == 0 || line == failure.line) continue;
        if (!in_green.contains(shape_of(log.text(line)))) fresh.push_back(line + 1);
    }
    std::reverse(fresh.begin(), fresh.end());
    const auto shown = std::min(fresh.size(), most_shown);
    for (auto at = fresh.end() - static_cast<std::ptrdiff_t>(shown); at != fresh.end(); ++at) {
        const bool goes_on = !diagnosis.evidence.empty() && diagnosis.evidence.back().last + 1 == *at &&
                             at != fresh.end() - static_cast<std::ptrdiff_t>(shown);
        if (goes_on) {
            diagnosis.evidence.back().last = *at;
        } else {
            diagnosis.evidence.push_back({"not printed when it was green", *at, *at});
        }
    }
    diagnosis.further.insert(diagnosis.further.begin(), fresh.begin(), fresh.end());
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
        for (auto& cause : rank(log, find_candidates(log, steps[s].first, steps[s].last), earlier, {}).causes) {
            if (cause.weight < strong) continue;
            cause.weight -= 20;
            diagnosis.causes.push_back(std::move(cause));
        }
    }
    std::stable_sort(diagnosis.causes.begin(), diagnosis.causes.end(),
                     [](const Cause& a, const Cause& b) { return a.weight > b.weight; });
}

/// `causes`: best first. Of jobs that failed side by side none explains the other's failure.
void put_best_of_each_job_first(std::vector<Cause>& causes) {
    std::set<std::string> seen;
    std::vector<Cause> first;
    std::vector<Cause> others;
    for (auto& cause : causes) {
        const bool leads = cause.weight >= convincing && seen.insert(cause.job).second;
        (leads ? first : others).push_back(std::move(cause));
    }
    causes = std::move(first);
    causes.insert(causes.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
}

/// What a plain text shows that doesn't tell how it ended: its end, and before it what may be trouble.
void add_doubts(Diagnosis& diagnosis, const RawLog& log) {
    constexpr std::size_t most_suspects = 8;
    constexpr std::size_t last_lines = 8;
    const auto [how, suspects, end] = plain_ending_of(log);
    if (how != PlainEnding::How::unknown || log.size() == 0 || log.text(end).empty()) return;
    for (std::size_t i = 0; i < suspects.size(); ++i) {
        const bool is_shown = i < most_suspects / 2 || i + most_suspects / 2 >= suspects.size();
        const auto number = suspects[i] + 1;
        if (is_shown) {
            diagnosis.evidence.push_back({{}, number, number});
        } else {
            diagnosis.further.push_back(number);
        }
    }
    diagnosis.evidence.push_back({"end of the log", end + 1 - std::min(end, last_lines - 1), end + 1});
}

std::string exit_meaning(const RawLog& log, const StepFailure& failure) {
    if (!failure.exit_code) return {};
    const auto& step = log.steps()[failure.step];
    bool uses_curl = step.name.find("curl") != std::string::npos;
    for (auto i = step.first; i <= failure.line && !uses_curl; ++i)
        uses_curl = log.line(i).role == RawLine::Role::script && log.text(i).find("curl") != std::string_view::npos;
    const auto* meaning = meaning_of_exit(*failure.exit_code, uses_curl);
    return meaning == nullptr ? "" : meaning;
}

/// The kind of the best cause that has one: "AssertionError" alone is of no kind, the failed test behind it is.
FailureClass kind_of(const std::vector<Cause>& causes) {
    constexpr int about_as_good = 36;
    for (const auto& cause : causes) {
        if (cause.weight + about_as_good < causes.front().weight) break;
        if (cause.kind != FailureClass::unknown) return cause.kind;
    }
    return FailureClass::unknown;
}

std::string summary_of(const Diagnosis& diagnosis) {
    if (diagnosis.failed_steps.empty()) return {};
    const auto& step = diagnosis.failed_steps.front();
    std::string text = fmt::format("Step \"{}\" failed", shortened(step.step, 120));
    if (step.exit_code) {
        text += fmt::format(" with exit code {}", *step.exit_code);
        if (!diagnosis.exit_meaning.empty()) text += fmt::format(" ({})", diagnosis.exit_meaning);
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

Diagnosis diagnose(const RawLog& log, const ShapeSet& in_green) {
    Diagnosis diagnosis;
    const auto failures = find_failed_steps(log);
    std::set<std::string_view> jobs;
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
        auto ranked = rank(log, std::move(candidates), failure, in_green);
        diagnosis.further.insert(diagnosis.further.end(), ranked.further.begin(), ranked.further.end());
        const bool first_of_its_job = jobs.insert(step.job).second;
        for (auto& cause : ranked.causes) {
            // A later step that fails, fails mostly because the first did.
            if (!first_of_its_job) cause.weight -= 15;
            diagnosis.causes.push_back(std::move(cause));
        }
    }
    if (failures.empty()) {
        if (is_plain_text(log)) add_doubts(diagnosis, log);
        return diagnosis;
    }

    std::stable_sort(diagnosis.causes.begin(), diagnosis.causes.end(),
                     [](const Cause& a, const Cause& b) { return a.weight > b.weight; });
    const int best = diagnosis.causes.empty() ? 0 : diagnosis.causes.front().weight;

    if (best < convincing || misses_something(diagnosis.causes.front())) {
        add_earlier_trouble(diagnosis, log, failures.front());
    }
    if (jobs.size() > 1) put_best_of_each_job_first(diagnosis.causes);
    if (diagnosis.causes.size() > most_causes) {
        diagnosis.causes_left_out = diagnosis.causes.size() - most_causes;
        diagnosis.causes.resize(most_causes);
    }

    if (!diagnosis.causes.empty()) {
        diagnosis.kind = kind_of(diagnosis.causes);
        diagnosis.confidence = std::clamp(diagnosis.causes.front().weight / 100.0, 0.1, 0.98);
    }
    diagnosis.convinces = best >= convincing;
    const auto& first_step = log.steps()[failures.front().step];
    diagnosis.output = {{}, first_output_of(log, first_step) + 1, failures.front().line + 1};
    if (!diagnosis.convinces) add_script(diagnosis, log, failures.front());
    if (!diagnosis.convinces && !in_green.empty()) add_new_lines(diagnosis, log, failures.front(), in_green);
    // Every failed step shows its end; the first one more of it where nothing else explains it.
    constexpr std::size_t most_tails = 6;
    for (std::size_t i = 0; i < std::min(failures.size(), most_tails); ++i) {
        const LineShapes shapes{log, log.steps()[failures[i].step].first, failures[i].line};
        add_tail(diagnosis, log, shapes, failures[i], diagnosis.convinces ? 9 : i == 0 ? 25 : 12);
        if (i == 0 && !diagnosis.convinces) add_rare_lines(diagnosis, log, shapes, failures[i]);
    }
    if (diagnosis.kind == FailureClass::permission) add_token_permissions(diagnosis, log);
    diagnosis.exit_meaning = exit_meaning(log, failures.front());
    diagnosis.summary = summary_of(diagnosis);
    return diagnosis;
}

}  // namespace flux::logs
