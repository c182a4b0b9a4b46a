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

std::size_t last_line(const RawLog& log) {
    auto line = log.size() - 1;
    while (line > 0 && trimmed(log.text(line)).empty()) --line;
    return line;
}

/// The last line that somebody began: what is indented belongs to it, and make says that it leaves its folders after
/// all else.
std::size_t last_words(const RawLog& log, std::size_t end, std::size_t furthest) {
    static const RE2 epilogue{R"(\s|$|g?make(?:\[\d+\])?: (?:Leaving directory|Target .* not remade))"};
    for (auto line = end; line + furthest > end; --line) {
        const auto text = log.text(line);
        if (!epilogue.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, nullptr, 0)) return line;
        if (line == 0) break;
    }
    return end;
}

/// Whether the last thing that was printed says that all went well.
bool closes_well(std::string_view text) {
    static const RE2 well{
        R"((?i)^\s*(ok|ok\s+[^\d\s].*|\d+ passing\b.*|[✓✔√✅].*|\d{3} OK|)"
        R"((.*\b)?(completed?|success|successful|successfully|succeeded|done|passed|deployed|published|finished: success|healthy|)"
        R"((is|are)( now)? (up|ready|available|running|live|online))\b( in [\d.:]+ ?\w{1,7})?[^a-z]*|found \d+ warnings?\W*)$)"};
    static const RE2 unwell{R"((?i)\b(fail\w*|\w*errors?|not|none|no|never|nothing|undefined)\b)"};
    return RE2::PartialMatch(piece(text), well) && !RE2::PartialMatch(piece(text), unwell);
}

/// A line that can only be the last word of what failed: `error: no such thing`, `tool: fatal: gone`.
bool gives_up(std::string_view text) {
    static const RE2 last_word{
        R"((?i)^\W{0,3}(?:[\w./-]+: )?(?:\[?(?:error|fatal|critical|failed|failure)\]?:|\[(?:error|fatal)\]|failed to ) *[^\s0]|)"
        R"(^(?:g?make(?:\[\d+\])?|\S+:\d+): \*\*\* )"};
    static const RE2 none{R"((?i)\b(?:no|without) (?:errors?|fail)|\bignor)"};
    return RE2::PartialMatch(piece(text), last_word) && !RE2::PartialMatch(piece(text), none);
}

/// How many lines the program that said `candidate` began behind `from`.
std::size_t begun_behind(const RawLog& log, std::size_t from, std::size_t end, const Candidate& candidate) {
    std::size_t begun = 0;
    for (auto line = from + 1; line <= end; ++line) {
        const auto text = log.text(line).substr(0, looked_at_for_trouble);
        if (text.empty() || text.front() == ' ' || text.front() == '\t') continue;
        const auto words = unwrapped(text);
        if (Recoveries::lane_of(text.substr(0, text.size() - words.size())) == candidate.lane) ++begun;
    }
    return begun;
}

}  // namespace

PlainEnding plain_ending_of(const RawLog& log) {
    constexpr std::size_t looked_back = 60;
    constexpr std::size_t closing_words = 12;
    constexpr std::size_t most_behind = 25;  // summaries, stack traces, what ran side by side
    constexpr int convincing = 75;
    constexpr int says_something = 13;  // what was taken back weighs less
    if (log.size() == 0) return {};
    const auto last = log.size() - 1;
    const auto end = last_line(log);
    const bool tests_passed = ends_tests_well(trimmed(log.text(end)));
    if (!tests_passed && closes_well(log.text(end))) return {PlainEnding::How::well, {}};

    auto candidates = find_candidates(log, last - std::min(last, looked_back), last);
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return candidate.weight < says_something || candidate.weight_if_alone != 0 ||
               (tests_passed && !fails_a_whole_run(candidate));
    });
    if (candidates.empty()) return {tests_passed ? PlainEnding::How::well : PlainEnding::How::unknown, {}};

    const auto words = last_words(log, end, closing_words);
    const bool goes_on = begun_behind(log, candidates.back().line, end, candidates.back()) > most_behind;
    const bool failed = !goes_on && std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
        if (candidate.weight >= convincing) return true;
        if (candidate.line + closing_words <= last) return false;
        // What a shell's own commands say is the end only where nothing follows.
        if (candidate.cause.tool == "shell") return candidate.line >= words;
        return !candidate.cause.tool.empty() || (candidate.line == words && gives_up(log.text(words)));
    });
    if (failed) return {PlainEnding::How::failed, {}};
    PlainEnding ending;
    for (const auto& candidate : candidates) ending.suspects.push_back(candidate.line);
    return ending;
}

}  // namespace flux::logs
