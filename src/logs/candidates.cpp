#include "logs/candidates.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Longer lines are looked at up to here: minified code and data have no messages further on.
constexpr std::size_t looked_at = 2000;
constexpr std::size_t longest_message = 300;

/// Every matcher's expression, and one automaton that says in one pass which of them match a line.
class Patterns {
public:
    Patterns() : set_{options(), RE2::UNANCHORED} {
        for (const auto& matcher : all_matchers()) {
            expressions_.push_back(std::make_unique<RE2>(matcher.pattern, options()));
            std::string problem;
            set_.Add(matcher.pattern, &problem);
        }
        set_.Compile();
    }

    /// The first matcher of the tables that matches, or nullptr.
    const Matcher* first_match(std::string_view text, const RE2*& expression) const {
        thread_local std::vector<int> hits;
        hits.clear();
        if (!set_.Match(piece(text), &hits)) return nullptr;
        const auto best = static_cast<std::size_t>(*std::min_element(hits.begin(), hits.end()));
        expression = expressions_[best].get();
        return &all_matchers()[best];
    }

    static const Patterns& get() {
        static const Patterns patterns;
        return patterns;
    }

private:
    static RE2::Options options() {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(128 << 20);
        return options;
    }

    RE2::Set set_;
    std::vector<std::unique_ptr<RE2>> expressions_;
};

void take_groups(Cause& cause, const RE2& expression, std::string_view text) {
    const auto groups = static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1;
    std::vector<re2::StringPiece> found(groups);
    expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(groups));
    for (const auto& [name, index] : expression.NamedCapturingGroups()) {
        const auto& group = found[static_cast<std::size_t>(index)];
        const std::string_view value = trimmed({group.data(), group.size()});
        if (value.empty()) continue;
        if (name == "message") cause.message = shortened(value, longest_message);
        if (name == "file") cause.file = shortened(value, longest_message);
        if (name == "code") cause.code = shortened(value, 80);
        if (name == "line") cause.line = to_integer(value).value_or(0);
        if (name == "col") cause.column = to_integer(value).value_or(0);
    }
}

/// Words of trouble, for tools that no table knows.
bool sounds_like_trouble(std::string_view text) {
    static const RE2 trouble{
        R"((?i)(\b(error|errors|fatal|fail|failed|failure|failing|exception|cannot|can't|could not|couldn't|unable to|)"
        R"(denied|invalid|missing|not found|panic|unexpected|undefined|unsupported|mismatch|rejected|refused|expired|)"
        R"(unauthori[sz]ed|forbidden|violat\w+|aborted|abort|incorrect|must be|not allowed|conflict)\b|✗|✘|✖|❌|🚨))"};
    static const RE2 harmless{
        R"((?i)(\b0 (errors?|fail(ed|ures?)?)\b|\bno (errors?|failures?|issues?)\b|errors?: 0\b|fail(ed|ures?)?[:=] ?0\b|)"
        R"(^\s*(warning|warn|npm warn|note|info|debug|hint|deprecat|\[?notice|\+ |> |✓|✔|√|ok \d|PASS)|continue-on-error|)"
        R"(if-no-files-found|fail-fast|--fail|error-?handl|fail_on_error|onerror|set -e))"};
    return RE2::PartialMatch(piece(text), trouble) && !RE2::PartialMatch(piece(text), harmless);
}

bool is_a_warning(std::string_view text) {
    static const RE2 warning{
        R"((?i)^\s*(\[?warn(ing)?\]?\b|npm warn|.*:\d+:\d+: warning:|.*\): warning [A-Z]+\d+|(Future|Deprecation|User|Runtime)Warning))"};
    return RE2::PartialMatch(piece(text), warning);
}

/// The line without what wraps a tool's own words: indentation, and the `#12 3.456 ` of a container build.
std::string_view unwrapped(std::string_view text) {
    static const RE2 wrapper{R"(^\s*(?:#\d+ \d+\.\d+\s+)?(?:[│|]\s+)?)"};
    re2::StringPiece wrapped;
    if (wrapper.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, &wrapped, 1)) text.remove_prefix(wrapped.size());
    return text;
}

}  // namespace

std::vector<Candidate> find_candidates(const RawLog& log, std::size_t first, std::size_t last, std::size_t limit) {
    std::vector<Candidate> found;
    for (auto i = first; i <= last && i < log.size(); ++i) {
        const auto& line = log.line(i);
        if (line.role != RawLine::Role::output || line.length == 0 || line.level == Level::warning ||
            line.level == Level::debug) {
            continue;
        }
        const auto text = unwrapped(log.text(i).substr(0, looked_at));
        // A warning is believed only where a table knows that it explains a failure.
        const int believed_from = is_a_warning(text) && line.level != Level::error ? 85 : 0;

        Candidate candidate;
        candidate.line = i;
        candidate.cause.message = shortened(trimmed(text), longest_message);
        const RE2* expression = nullptr;
        if (const auto* matcher = Patterns::get().first_match(text, expression)) {
            candidate.weight = matcher->weight;
            candidate.before = matcher->before;
            candidate.after = matcher->after;
            candidate.cause.tool = matcher->tool;
            candidate.cause.kind = matcher->kind;
            take_groups(candidate.cause, *expression, text);
        } else if (line.level == Level::error) {
            candidate.weight = 72;
            candidate.before = 1;
        } else if (sounds_like_trouble(text)) {
            candidate.weight = 34;
            candidate.before = 1;
            candidate.after = 1;
        } else {
            continue;
        }
        if (candidate.weight < believed_from) continue;
        if (line.level == Level::error && candidate.weight > 15) candidate.weight += 6;
        if (found.size() >= limit) found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit / 2));
        found.push_back(std::move(candidate));
    }
    return found;
}

}  // namespace flux::logs
