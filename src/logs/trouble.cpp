#include "logs/trouble.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

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

    /// The weightiest matcher that matches, the first of the tables among equals; or none.
    MatchedRow best_match(std::string_view text) const {
        thread_local std::vector<int> hits;
        hits.clear();
        RE2::Set::ErrorInfo error{};
        // Most lines match nothing, and asking only whether is cheaper than asking which.
        if (!set_.Match(piece(text), nullptr, &error) && error.kind != RE2::Set::kOutOfMemory) return {};
        error = {};
        if (!set_.Match(piece(text), &hits, &error)) {
            if (error.kind != RE2::Set::kOutOfMemory) return {};
            for (std::size_t i = 0; i < expressions_.size() && hits.empty(); ++i) {
                if (RE2::PartialMatch(piece(text), *expressions_[i])) hits.push_back(static_cast<int>(i));
            }
            if (hits.empty()) return {};
        }
        std::sort(hits.begin(), hits.end());
        const auto weight_of = [](int hit) { return all_matchers()[static_cast<std::size_t>(hit)].weight; };
        // An echo that stands first was put there to keep a broader row from believing it.
        const auto chosen =
            weight_of(hits.front()) < echo_below
                ? hits.begin()
                : std::max_element(hits.begin(), hits.end(), [&](int a, int b) { return weight_of(a) < weight_of(b); });
        const auto best = static_cast<std::size_t>(*chosen);
        return {&all_matchers()[best], expressions_[best].get()};
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

    static constexpr int echo_below = 40;

    RE2::Set set_;
    std::vector<std::unique_ptr<RE2>> expressions_;
};

}  // namespace

MatchedRow best_match(std::string_view text) { return Patterns::get().best_match(text); }

bool sounds_like_trouble(std::string_view text) {
    static const RE2 trouble{
        R"((?i)(\b(error|errors|fatal|fail|failed|fails|failure|failures|failing|exception|cannot|can't|could not|couldn't|)"
        R"(unable to|denied|invalid|missing|not found|panic|unexpected|undefined|unsupported|mismatch|rejected|refused|)"
        R"(expired|unauthori[sz]ed|forbidden|is required|are required|violat\w+|aborted|abort|incorrect|must be|must not|not allowed|conflict|)"
        R"(outdated|out of date|not up to date|not up-to-date|timed out|timeout|exceed(ed|s)|broken|bad|illegal|wrong|)"
        R"(differs?|doesn't|does not|not match|not set|no such|traceback|killed|crash(ed)?)\b|✗|✘|✖|❌|🚨|⛔|💥)"
        R"(|\w(Error|Exception)\b))"};
    static const RE2 harmless{
        R"((?i)(\b0 (errors?|fail(ed|ures?|ing)?|problems)\b|\bno (errors?|failures?|issues?|problems?)\b|errors?: 0\b|)"
        R"(fail(ed|ures?)?[:=] ?0\b|^\s*(warning|warn|npm warn|note|info|debug|hint|deprecat|\[?notice|\+ |> |✓|✔|√|✅|)"
        R"(ok \d|PASS|\((pass|skip|todo)\)|# (Subtest:|(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d)|)"
        R"(\[\s*\d+/\d+\]|\[\s*\d+%\]|(Get|Fetch|Download|Receiv|Unpack|Install|Select|Prepar|Sett)ing |)"
        R"(Get:\d|Downloaded |Compiling |added )|continue-on-error|)"
        R"(if-no-files-found|fail-fast|--fail|error-?handl|fail_on_error|onerror|set -e|)"
        R"(\.\.\. ok$|\bpassed$|[·.]+ ?ok$))"};
    return RE2::PartialMatch(piece(text), trouble) && !RE2::PartialMatch(piece(text), harmless);
}

bool names_a_place(std::string_view text) {
    static const RE2 place{R"((?:\./)?[\w@][\w@./+-]*\.[A-Za-z]\w{0,5}:\d+(?::\d+)?:? +\w)"};
    static const RE2 remark{R"((?i)\d:? +(?:note|info|debug|warn(?:ing)?|hint)\b)"};
    return place.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, nullptr, 0) &&
           !RE2::PartialMatch(piece(text), remark);
}

bool is_a_warning(std::string_view text) {
    static const RE2 warning{
        R"((?i)^\s*(?:# )?(\[?warn(ing)?\]?\b|npm warn|.*:\d+:\d+: warning:|[^\s:]+(:\d+)?: warning: |.*\): warning [A-Z]+\d+|)"
        R"((\S+:\d+: |\(node:\d+\) )?(\w*Warning: |(Future|Deprecation|User|Runtime)Warning)))"};
    return RE2::PartialMatch(piece(text), warning);
}

bool is_vague(std::string_view text) {
    static const RE2 vague{
        R"((?i)^\s*(?:error:?\s+)?(?:the |some |one or more )?(?:(?:build|job|command|task|script|process|step|run|tests?|)"
        R"(deploy(?:ment)?|action|checks?|lint|install(?:ation)?|terraform|\w*sh)s? ){0,2}(?:has |have |was |were )?)"
        R"((?:failed|failure|unsuccessful|error|exited|aborted)\b.{0,24}$|)"
        R"(^\W*(?:error:? )?(?:too many retries\b.{0,12}|non-zero exit code|one or more containers failed to start|failed to initialize container \S+|)"
        R"((?:the process '.*'|docker run|\S+) (?:failed|exited) with (?:exit )?code \d+|release failed after \S+)\W*$)"};
    return RE2::PartialMatch(piece(text), vague);
}

std::optional<FailureClass> refusal_in(std::string_view text) {
    // Of several the first that stands here is meant: a pull that isn't authenticated meets a limit, not a door.
    static const RE2 unreachable{
        R"((?i)\b(?:toomanyrequests|429 too many|pull rate limit|i/o timeout|tls handshake timeout|ECONNRESET|ETIMEDOUT|EAI_AGAIN|)"
        R"(dial tcp [^ ]+ (?:connect|i/o|lookup)|read timed out)\b)"};
    static const RE2 unknown_caller{
        R"((?i)(?:\b(?:status(?: code)?|http(?:/[\d.]+)?|error|code|returned|success):? |\(|\bE)401\b|\bunauthori[sz]ed\b|\bAADSTS\d{5}|)"
        R"(\bENEEDAUTH\b|\bauthentication (?:error|failed|failure|required)|\btoken required\b|\bbad credentials\b|\(using password)"};
    static const RE2 not_allowed{
        R"((?i)(?:\b(?:status(?: code)?|http(?:/[\d.]+)?|error|code|returned|success):? |\(|\bE)403\b|\b403 forbidden\b|\bpermission_denied\b|)"
        R"(\bdenied: |\baccess ?denied\b|not accessible by integration|not authorized to perform)"};
    if (RE2::PartialMatch(piece(text), unreachable)) return FailureClass::network;
    if (RE2::PartialMatch(piece(text), unknown_caller)) return FailureClass::auth;
    if (RE2::PartialMatch(piece(text), not_allowed)) return FailureClass::permission;
    return std::nullopt;
}

std::string_view unwrapped(std::string_view text) {
    static const RE2 wrapper{
        R"(^\s*(?:#\d+ \d+\.\d+\s+|\d+\.\d{1,3}\s{1,2})"
        R"(|[@\w./-]+:[\w:-]*(?:build|test|lint|check|typecheck|type-check|compile)[\w:-]*: )"
        R"(|[\w.-]+(?:-|_)\d+\s+\| |@[\w.-]+/[\w.-]+: |[a-z][\w.-]*> )"
        R"(|[@\w./-]+ (?:build|test|lint|typecheck|prepare|postinstall|install|preinstall)(?::\w+)?: )"
        R"(|\[\d{1,2}\] |(?:out|err|remote):\s+|======(?:CMD|END)======)?)"};
    re2::StringPiece wrapped;
    if (wrapper.Match(piece(text), 0, text.size(), RE2::ANCHOR_START, &wrapped, 1)) text.remove_prefix(wrapped.size());
    return text;
}

Level spoken_level(std::string_view line) {
    // Rows below this say that a line is none of the trouble that it seems to be.
    constexpr int trouble_from = 12;
    const auto text = unwrapped(line.substr(0, looked_at_for_trouble));
    const auto* matcher = best_match(text).matcher;
    const bool troubled = matcher != nullptr ? matcher->weight >= trouble_from : sounds_like_trouble(text);
    const bool believed = matcher != nullptr && matcher->weight >= warning_believed_from;
    if (!believed && is_a_warning(text)) return Level::warning;
    return troubled ? Level::error : Level::plain;
}

}  // namespace flux::logs
