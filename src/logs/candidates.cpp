#include "logs/candidates.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/text.hpp"
#include "logs/flaky_tests.hpp"
#include "logs/line_shapes.hpp"
#include "logs/recoveries.hpp"
#include "logs/trouble.hpp"

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

constexpr std::size_t longest_message = 300;
/// Of a line that says no more than the runner's exit code.
constexpr int vague_weight = 40;

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
        if (name == "test") cause.test = shortened(value, longest_message);
        if (name.starts_with("line")) cause.line = to_integer(value).value_or(0);
        if (name.starts_with("col")) cause.column = to_integer(value).value_or(0);
    }
}

/// What a script calls the group of lines that it begins with this marker.
std::string_view title_of(std::string_view marker) {
    constexpr std::string_view group = "##[group]";
    return marker.starts_with(group) ? marker.substr(group.size()) : std::string_view{};
}

/// Follows blocks in which a test runner repeats what the code under test printed. Trouble in there is mostly what a
/// test provoked on purpose.
class CapturedOutput {
public:
    bool holds(std::string_view text) {
        const auto indent = text.find_first_not_of(" \t");
        const auto words = indent == std::string_view::npos ? std::string_view{} : text.substr(indent);
        if (const auto kind = opened_by(indent, words); kind != Kind::none) {
            kind_ = kind;
            left_ = longest_block;
            return true;
        }
        if (kind_ == Kind::none) return false;
        if (left_-- == 0 || ends(indent, words)) kind_ = Kind::none;
        return kind_ != Kind::none;
    }

private:
    enum class Kind : std::uint8_t { none, jest, vitest, pytest };
    static constexpr int longest_block = 60;
    static constexpr std::size_t jest_indent = 4;

    static Kind opened_by(std::size_t indent, std::string_view words) {
        if (words.starts_with("console.") && indent >= 2 && words.size() < 16) return Kind::jest;
        if (words.starts_with("stderr | ") || words.starts_with("stdout | ")) return Kind::vitest;
        if (words.starts_with("---") && words.find(" Captured ") != std::string_view::npos) return Kind::pytest;
        return Kind::none;
    }

    bool ends(std::size_t indent, std::string_view words) const {
        switch (kind_) {
        case Kind::jest: return !words.empty() && indent < jest_indent;
        case Kind::vitest: return words.empty();
        case Kind::pytest: return words.starts_with("===") || words.starts_with("___") || words.starts_with("---");
        case Kind::none: break;
        }
        return true;
    }

    Kind kind_ = Kind::none;
    int left_ = 0;
};

constexpr int captured_counts_less = 24;

constexpr std::size_t longest_traceback = 60;

/// Tools that are about something else say, too, that they were refused or reached nobody.
void settle_kind(Cause& cause, std::string_view text) {
    switch (cause.kind) {
    case FailureClass::unknown:
    case FailureClass::config:
    case FailureClass::deploy:
    case FailureClass::dependency: cause.kind = refusal_in(text).value_or(cause.kind); break;
    case FailureClass::compile:
        if (refusal_in(text) == FailureClass::network) cause.kind = FailureClass::network;
        break;
    default: break;
    }
}

/// Python and JavaScript share the names of errors; behind a traceback it is Python.
void settle_language(Cause& cause) {
    if (cause.tool == "node" || cause.tool == "cypress" || cause.tool == "vitest") cause.tool = "python";
}

/// The last line that was nothing but a file's name: linters print it above the places in that file.
class Heading {
public:
    void see(std::string_view text, std::size_t index) {
        static const RE2 heading{
            R"(^\s?(?:FILE: |Line +)?((?:\S*/)*[\w@.\[\]()-]+\.(?:[cm]?[jt]sx?|vue|svelte|astro|php|css|scss|less|sass|html?|ya?ml|json|mdx?|py|rb|kt|java|graphql))\s*$)"};
        if (text.size() > longest_name || text.find('.') == std::string_view::npos) return;
        // Asking only whether is cheaper than asking where, and most lines are none.
        if (!RE2::PartialMatch(piece(text), heading)) return;
        re2::StringPiece file;
        RE2::PartialMatch(piece(text), heading, &file);
        file_ = {file.data(), file.size()};
        line_ = index + 1;
    }

    /// Gives a cause that has a line but no file the file above it.
    void complete(Cause& cause, std::size_t index) const {
        if (line_ == 0 || cause.line == 0 || !cause.file.empty() || index > line_ + furthest) return;
        cause.file = file_;
        cause.heading = line_;
    }

private:
    static constexpr std::size_t longest_name = 300;
    static constexpr std::size_t furthest = 200;
    std::string file_;
    std::size_t line_ = 0;
};

/// TAP gives of a failure that nobody minds (`not ok 1 - adds # TODO`) all the details that a real one has: they are
/// held back.
class ExcusedFailure {
public:
    bool holds(std::string_view text) {
        static const RE2 excused{R"((?i)^\s*not ok \d+\b.*# (todo|skip)\b)"};
        if (text.find("not ok ") != std::string_view::npos) {
            left_ = RE2::PartialMatch(piece(text), excused) ? longest_block : 0;
            return false;
        }
        if (left_ == 0) return false;
        // The details are one YAML document; without any the next line is another test's.
        const auto words = trimmed(text);
        left_ = words == "..." || words.starts_with("ok ") || words.starts_with("1..") ? 0 : left_ - 1;
        return left_ > 0;
    }

private:
    static constexpr int longest_block = 60;
    int left_ = 0;
};

/// npm counts the known vulnerabilities of what it installed where the install went well; only `npm audit` fails for
/// them.
class InstallReport {
public:
    bool holds(std::string_view text) {
        static const RE2 installed{
            R"(^(?:added|removed|changed|up to date|audited) .*\baudited \d+ packages?\b|^audited \d+ packages?\b)"};
        static const RE2 counted{R"(^(?:found )?[1-9]\d* (?:\w+ severity )?vulnerabilit)"};
        if (left_ > 0) --left_;
        if (text.find("audited ") != std::string_view::npos && RE2::PartialMatch(piece(text), installed)) {
            left_ = longest_report;
        }
        return left_ > 0 && RE2::PartialMatch(piece(text), counted);
    }

private:
    static constexpr int longest_report = 12;
    int left_ = 0;
};

/// Node's spec reporter names tests and suites alike while they run; those that explain the failure come again at the
/// end, without the suites around them.
class NodeTests {
public:
    void see(std::string_view text) { at_end_ = at_end_ || text == "✖ failing tests:"; }

    void settle(Candidate& candidate, std::string_view text) const {
        constexpr int while_they_run = 30;
        if (candidate.cause.tool != "node:test" || at_end_ || text.find("✖") == std::string_view::npos) return;
        candidate.weight = std::min(candidate.weight, while_they_run);
        candidate.cause.test.clear();
    }

private:
    bool at_end_ = false;
};

/// The tool that says with this line that the failure it told of just before is none of its own; or nullptr.
const char* takes_back(std::string_view text) {
    if (text == "...ignoring") return "ansible";
    if (trimmed(text) == "failureType: 'subtestsFailed'") return "tap";
    return nullptr;
}

void take_back(std::vector<Candidate>& found, std::size_t index, std::string_view tool) {
    constexpr std::size_t furthest = 12;
    constexpr int hardly = 12;
    for (auto it = found.rbegin(); it != found.rend() && it->line + furthest > index; ++it) {
        it->weight = std::min(it->weight, hardly);
        it->cause.test.clear();
        if (it->cause.tool == tool) return;
    }
}

/// The candidates that were left out: how many of each likeness.
class LeftOut {
public:
    /// Leaves the first and the last of `found`, `limit` in all.
    void take_middle(std::vector<Candidate>& found, std::size_t limit) {
        const auto first = found.begin() + static_cast<std::ptrdiff_t>(limit / 2);
        const auto last = found.end() - static_cast<std::ptrdiff_t>(limit - limit / 2);
        for (auto it = first; it != last; ++it) {
            const auto likeness = likeness_of(it->cause);
            if (counts_.size() < most_ || counts_.contains(likeness)) ++counts_[likeness];
        }
        found.erase(first, last);
    }

    /// Counts them with the first that says the same.
    void count_in(std::vector<Candidate>& found) {
        if (counts_.empty()) return;
        for (auto& candidate : found) {
            const auto same = counts_.find(likeness_of(candidate.cause));
            if (same == counts_.end()) continue;
            candidate.cause.count += same->second;
            counts_.erase(same);
        }
    }

private:
    static constexpr std::size_t most_ = 20'000;
    std::unordered_map<std::uint64_t, int> counts_;
};

}  // namespace

std::vector<Candidate> find_candidates(const RawLog& log, std::size_t first, std::size_t last, std::size_t limit) {
    std::vector<Candidate> found;
    CapturedOutput captured;
    Heading heading;
    NodeTests node_tests;
    ExcusedFailure excused;
    InstallReport install;
    FlakyTests flaky;
    Recoveries recoveries;
    LeftOut left_out;
    std::size_t traceback = 0;
    for (auto i = first; i <= last && i < log.size(); ++i) {
        const auto& line = log.line(i);
        if (line.role == RawLine::Role::script) recoveries.see_script(log.text(i));
        if (line.role == RawLine::Role::marker) recoveries.see(title_of(log.text(i)), 0, i, found);
        if (line.role != RawLine::Role::output) continue;
        const auto whole = log.text(i).substr(0, looked_at_for_trouble);
        const bool is_captured = captured.holds(whole);
        if (line.length == 0) continue;
        if (line.level == Level::warning || line.level == Level::debug) continue;
        const auto text = unwrapped(whole);
        heading.see(text, i);
        node_tests.see(text);
        flaky.see(text, i);
        if (excused.holds(text) || install.holds(text)) continue;
        if (const auto* tool = takes_back(text)) take_back(found, i, tool);
        const auto lane = Recoveries::lane_of(whole.substr(0, whole.size() - text.size()));
        recoveries.see(text, lane, i, found);
        if (text.starts_with("Traceback (most recent call last)")) traceback = i + 1;

        Candidate candidate;
        candidate.line = i;
        candidate.lane = lane;
        candidate.cause.message = shortened(trimmed(text), longest_message);
        if (const auto [matcher, expression] = best_match(text); matcher != nullptr) {
            candidate.weight = matcher->weight;
            candidate.before = matcher->before;
            candidate.after = matcher->after;
            candidate.cause.tool = matcher->tool;
            candidate.cause.kind = matcher->kind;
            take_groups(candidate.cause, *expression, text);
            node_tests.settle(candidate, text);
            heading.complete(candidate.cause, i);
            if (matcher->kind == FailureClass::unknown && candidate.weight > vague_weight && is_vague(text))
                candidate.weight = vague_weight;
            if (traceback != 0 && i < traceback + longest_traceback) settle_language(candidate.cause);
        } else if (line.level == Level::error) {
            candidate.weight = is_vague(text) ? vague_weight : 72;
            candidate.before = 1;
            candidate.after = 2;
        } else if (sounds_like_trouble(text)) {
            candidate.weight = is_vague(text) ? 26 : 34;
            candidate.before = 1;
            candidate.after = 1;
        } else if (names_a_place(text)) {
            candidate.weight = 36;
        } else {
            continue;
        }
        settle_kind(candidate.cause, text);
        if (candidate.weight < warning_believed_from && line.level != Level::error && is_a_warning(text)) continue;
        if (line.level == Level::error && candidate.weight > 15) candidate.weight += 6;
        if (is_captured) candidate.weight -= captured_counts_less;
        if (!Recoveries::judge(text, candidate)) continue;
        found.push_back(std::move(candidate));
        if (found.size() >= 2 * limit) left_out.take_middle(found, limit);
    }
    if (found.size() > limit) left_out.take_middle(found, limit);
    left_out.count_in(found);
    flaky.settle(found);
    recoveries.settle(found, std::min(last, log.size()));
    return found;
}

std::uint64_t likeness_of(const Cause& cause) {
    const std::hash<std::string_view> hash;
    const auto mixed = [](std::uint64_t a, std::uint64_t b) { return (a ^ (b >> 29)) * 0x9E3779B97F4A7C15U + b; };
    return mixed(mixed(hash(cause.tool), hash(cause.file)), shape_of(cause.message));
}

}  // namespace flux::logs
