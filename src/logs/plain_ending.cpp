#include "logs/plain_ending.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.hpp"
#include "logs/candidates.hpp"
#include "logs/recoveries.hpp"
#include "logs/trouble.hpp"

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Lines that somebody began, rather than what belongs to them, are looked at.
constexpr std::size_t looked_back = 60;
constexpr std::size_t farthest_back = 500;
constexpr std::size_t closing_words = 12;

bool matches_front(const RE2& pattern, std::string_view text) {
    return pattern.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, nullptr, 0);
}

/// The last line that isn't empty.
std::size_t last_line(const RawLog& log) {
    auto line = log.size() - 1;
    while (line > 0 && trimmed(log.text(line)).empty()) --line;
    return line;
}

/// Whether somebody began the line: what is indented belongs to another.
bool is_begun(std::string_view text) { return !text.empty() && text.front() != ' ' && text.front() != '\t'; }

std::size_t first_looked_at(const RawLog& log, std::size_t end) {
    std::size_t begun = 0;
    auto line = end;
    while (line > 0 && begun < looked_back && line + farthest_back > end) {
        if (is_begun(log.text(line))) ++begun;
        --line;
    }
    return line;
}

/// The last line that somebody began but make, which says that it leaves its folders after all else.
std::size_t last_words(const RawLog& log, std::size_t end) {
    static const RE2 epilogue{R"(g?make(?:\[\d+\])?: (?:Leaving directory|Target .* not remade))"};
    for (auto line = end; line + closing_words > end; --line) {
        const auto text = log.text(line);
        if (is_begun(text) && !matches_front(epilogue, text)) return line;
        if (line == 0) break;
    }
    return end;
}

/// `1 of 2 tests passed`.
bool counts_less_than_all(std::string_view text) {
    static const RE2 counted{R"(\b(\d{1,9}) ?(?:of|/|out of) ?(\d{1,9})\b)"};
    int some = 0;
    int all = 0;
    return RE2::PartialMatch(piece(text), counted, &some, &all) && some < all;
}

/// Whether the last thing that was printed says that all went well.
bool closes_well(std::string_view text) {
    static const RE2 well{
        R"((?i)^\s*(ok|ok\s+[^\d\s].*|\d+ passing\b.*|[✓✔√✅].*|2\d\d OK|)"
        R"((.*\b)?(completed?|success|successful|successfully|succeeded|done|passed|deployed|published|finished: success|healthy)\b)"
        R"(( in [\d.:]+ ?\w{1,7})?[^a-z]*|(the )?\S+( \S+){0,2} (is|are)( now)? (up|ready|running|live|online)\W*|)"
        R"(found \d+ warnings?\W*)$)"};
    static const RE2 unwell{R"((?i)\b(fail\w*|\w*errors?|not|none|no|never|nothing|undefined|0 passed|un\w+|roll\w*|)"
                            R"(check|ensure|sure|until|wait\w*|timed|timeout|whether|if|could|should)\b|[❌✗✘✖])"};
    return RE2::PartialMatch(piece(text), well) && !RE2::PartialMatch(piece(text), unwell) &&
           !counts_less_than_all(text);
}

/// A line that can only be the last word of what failed: `error: no such thing`, `tool: fatal: gone`.
bool gives_up(std::string_view text) {
    static const RE2 last_word{
        R"((?i)^\W{0,3}(?:[\w./-]+: )?(?:\[?(?:error|fatal|critical|failed|failure)\]?:|\[(?:error|fatal)\]|failed to ) *[^\s0]|)"
        R"(^(?:g?make(?:\[\d+\])?|\S+:\d+): \*\*\* )"};
    static const RE2 none{R"((?i)\b(?:no|without) (?:errors?|fail)|\bignor|: *(?:none|n/a|-|\[\])\W*$)"};
    return RE2::PartialMatch(piece(text), last_word) && !RE2::PartialMatch(piece(text), none);
}

/// Tools that scripts call for one thing, and often get on without.
bool is_one_command(const Cause& cause) {
    return cause.tool == "shell" || cause.tool == "git" || cause.tool == "curl/wget";
}

/// Whether the program that said `candidate` went on behind it for longer than summaries, stack traces and what ran
/// side by side would.
bool went_on(const RawLog& log, const Candidate& candidate, std::size_t end) {
    constexpr std::size_t most_behind = 25;
    std::size_t behind = 0;
    for (auto line = candidate.line + 1; line <= end; ++line) {
        const auto text = log.text(line).substr(0, looked_at_for_trouble);
        if (!is_begun(text)) continue;
        const auto words = unwrapped(text);
        if (Recoveries::lane_of(text.substr(0, text.size() - words.size())) == candidate.lane) ++behind;
    }
    return behind > most_behind;
}

}  // namespace

PlainEnding plain_ending_of(const RawLog& log) {
    constexpr int convincing = 75;
    constexpr int says_something = 13;  // what was taken back weighs less
    if (log.size() == 0) return {};
    PlainEnding ending;
    const auto end = last_line(log);
    ending.end = end;
    auto candidates = find_candidates(log, first_looked_at(log, end), end);
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return candidate.weight < says_something || candidate.weight_if_alone != 0;
    });
    const auto is_near = [&](const Candidate& candidate) { return candidate.line + closing_words > end; };
    const bool tests_passed = ends_tests_well(trimmed(log.text(end)));
    const bool says_well = tests_passed || closes_well(log.text(end));

    const auto words = last_words(log, end);
    const bool failed = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
        if (says_well && !(tests_passed && fails_a_whole_run(candidate))) return false;
        // Nothing but the end, where nothing follows.
        if (is_one_command(candidate.cause)) return candidate.line >= words;
        if (candidate.weight >= convincing) return !went_on(log, candidate, end);
        if (!is_near(candidate)) return false;
        return !candidate.cause.tool.empty() || (candidate.line == words && gives_up(log.text(words)));
    });
    const bool is_doubtful = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
        return candidate.weight >= convincing && is_near(candidate);
    });
    if (failed) {
        ending.how = PlainEnding::How::failed;
    } else if (says_well && !is_doubtful) {
        ending.how = PlainEnding::How::well;
    } else {
        for (const auto& candidate : candidates) ending.suspects.push_back(candidate.line);
    }
    return ending;
}

}  // namespace flux::logs
