#include "logs/failed_steps.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "logs/plain_ending.hpp"

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// The line with which the runner or its toolkit ends a failed step, if this is one.
bool ends_a_step(std::string_view text, std::optional<int>& exit_code) {
    static const RE2 exited{R"(^Process completed with exit code (-?\d+)\.?)"};
    static const RE2 other{
        R"(^(\w+ exited with code '[1-9]\d*'|The process '.*' failed with exit code \d+|The operation was cancell?ed|The run was cancell?ed|)"
        R"(The job (was not|running on)|Docker (pull|build) failed with exit code|Executing the custom container|)"
        R"(The action .* (failed|has timed out)|The (self-hosted|hosted) runner|The runner has received a shutdown|)"
        R"(buildx failed with|Unhandled error: |fatal: |.*has exceeded the maximum execution time|)"
        R"(Unable to process file command '|An error occurred trying to start process '|The template is not valid\.))"};
    int code = 0;
    if (RE2::PartialMatch(piece(text), exited, &code)) {
        if (code == 0) return false;
        exit_code = code;
        return true;
    }
    return RE2::PartialMatch(piece(text), other);
}

/// The same without the runner's mark: logs copied from the web page or kept by other runners.
bool ends_a_step_unmarked(std::string_view text, std::optional<int>& exit_code) {
    // Asked of every line of a log: most are told apart by their first letter.
    constexpr std::string_view first_letters = "EPT#";
    if (text.empty() || first_letters.find(text.front()) == std::string_view::npos) return false;
    static const RE2 exited{
        R"(^(?:Error: )?(?:Process completed with exit code|ERROR: Job failed: exit (?:code|status)|)"
        R"(##\[error\]\w+ exited with code|Exited with code(?: exit status)?|The command ".*" exited with) '?(-?\d+))"};
    static const RE2 stopped{R"(^Error: (?:The operation was cancell?ed\.|The action '.*' has timed out after))"};
    if (RE2::PartialMatch(piece(text), stopped)) return true;
    int code = 0;
    if (!RE2::PartialMatch(piece(text), exited, &code) || code == 0) return false;
    exit_code = code;
    return true;
}

/// Tools that print their news on stderr get `##[error]` from some runners.
bool is_harmless(std::string_view text) {
    static const RE2 harmless{R"((?i)^\s*(\[notice\]|notice:|warning|\(node:\d+\)|npm (warn|notice)|hint:|deprecat))"};
    return RE2::PartialMatch(piece(text), harmless);
}

/// What an action's clean-up says only in a job that succeeded so far: caches are saved `if: success()`.
bool shows_success(std::string_view text) {
    return text.starts_with("Cache hit occurred on the primary key") || text.starts_with("Cache saved with ") ||
           text.starts_with("Cache Saved Successfully");
}

struct Span {
    std::size_t errors = 0;
    std::size_t last_error = 0;
    std::size_t after_last_error = 0;  ///< lines of output
    std::optional<std::size_t> ending;
    std::optional<int> exit_code;
};

Span look_at(const RawLog& log, const RawStep& step) {
    Span span;
    for (auto i = step.first; i <= step.last; ++i) {
        const auto& line = log.line(i);
        if (line.length == 0 || line.role != RawLine::Role::output) continue;
        const auto text = log.text(i);
        std::optional<int> code;
        if (line.level == Level::plain) {
            // What goes on in further lines is one thing that was said.
            if (!line.continues) ++span.after_last_error;
            if (ends_a_step_unmarked(text, code)) {
                span.ending = i;
                span.exit_code = code;
            }
        }
        if (line.level != Level::error) continue;
        if (ends_a_step(text, code) && (!span.ending || code)) {
            span.ending = i;
            span.exit_code = code;
        }
        if (!is_harmless(text)) {
            ++span.errors;
            span.last_error = i;
            span.after_last_error = 0;
        }
    }
    return span;
}

/// A step that workflows run whether or not the work before it succeeded.
bool is_aftermath(const RawStep& step) {
    static const RE2 aftermath{
        R"((?i)(upload|codecov|coverall|report|summar|notif|slack|discord|telegram|teams|comment|clean|teardown|)"
        R"(tear down|stop|down\b|logs?\b|dump|publish.*result|junit|artifact|always|on failure|if failed|debug|)"
        R"(collect|diagnos|something went wrong|sarif|rollback|^complete job))"};
    return step.post || RE2::PartialMatch(piece(step.name), aftermath);
}

/// Whether the job's clean-up shows that no step had failed: then the errors before it were tolerated
/// (`continue-on-error`, annotations of a passing step).
bool shows_green(const RawLog& log, const RawStep& step) {
    constexpr std::size_t looked_at = 40;
    if (!step.post) return false;
    for (auto i = step.first; i <= std::min(step.last, step.first + looked_at); ++i) {
        if (shows_success(log.text(i))) return true;
    }
    return false;
}

/// Work that nobody lets a job do after a failure: `if: always()` is for reports and clean-up, at most for more tests.
bool needs_success(const RawStep& step) {
    static const RE2 forward{
        R"((?i)(\bdeploy|\bpublish|actions/checkout|actions/setup-|build-push-action|docker/login|)"
        R"(\bset ?up (node|python|go|java|ruby|\.net|dotnet|rust|php|docker|bun|deno|pnpm)\b|)"
        R"(\b(npm|pnpm|yarn|bun|composer|bundle|poetry|pip3?|uv) (ci|install|sync)\b|\binstall dependencies\b))"};
    return !is_aftermath(step) && RE2::PartialMatch(piece(step.name), forward);
}

/// What is known of one step and of those behind it in its job.
struct StepFacts {
    Span span;
    std::size_t work_after = 0;   ///< steps that aren't aftermath
    bool ended_green = false;     ///< the job's clean-up says so
    bool went_on_well = false;    ///< this step, or one behind it, is as none would be after a failure, and went well
    bool went_on_before = false;  ///< the same of the steps behind the next
};

/// Of all steps, from the last to the first: each step is looked at once, however many there are.
std::vector<StepFacts> facts_of(const RawLog& log) {
    const auto& steps = log.steps();
    std::vector<StepFacts> facts(steps.size());
    for (auto s = steps.size(); s-- > 0;) {
        auto& now = facts[s];
        now.span = look_at(log, steps[s]);
        const bool well = needs_success(steps[s]) && now.span.errors == 0;
        now.went_on_well = well;
        if (s + 1 == steps.size() || steps[s + 1].job != steps[s].job) continue;
        const auto& next = facts[s + 1];
        now.work_after = next.work_after + (is_aftermath(steps[s + 1]) ? 0 : 1);
        now.ended_green = next.ended_green || shows_green(log, steps[s + 1]);
        now.went_on_before = next.went_on_well;
        now.went_on_well = well || next.went_on_well;
    }
    return facts;
}

/// Whether the job went on behind a step as it would not after a failure, and nothing was wrong there: the step was
/// allowed to fail (`continue-on-error`). What an action calls itself says nothing about it.
bool went_on_as_green(const RawLog& log, const std::vector<StepFacts>& facts, std::size_t step) {
    const auto& steps = log.steps();
    if (step + 1 == steps.size() || steps[step + 1].job != steps[step].job) return false;
    const bool is_part = steps[step + 1].parent == static_cast<std::int32_t>(step);
    return is_part ? facts[step + 1].went_on_before : facts[step + 1].went_on_well;
}

/// A script's step that fails ends with its exit code, so one that goes on to another step without that has passed, and
/// its errors were annotations. Actions fail without a closing line.
bool passed_with_annotations(const RawLog& log, std::size_t step) {
    const auto& steps = log.steps();
    if (step + 1 == steps.size() || steps[step + 1].job != steps[step].job) return false;
    for (auto i = steps[step].first; i <= steps[step].last; ++i) {
        if (log.line(i).role == RawLine::Role::script) return true;
        if (log.line(i).role == RawLine::Role::output && log.line(i).length > 0) return false;
    }
    return false;
}

/// How many lines of output may follow an error that ended its step: a stack trace, a hint, a summary.
constexpr std::size_t after_the_error = 25;
constexpr std::size_t after_an_actions_error = 3;

/// Whether a runner marked something as gone wrong.
bool shows_an_end(const Span& span) { return span.errors > 0 || span.ending; }

}  // namespace

bool is_plain_text(const RawLog& log) {
    return log.steps().size() == 1 && !shows_an_end(look_at(log, log.steps().front()));
}

std::vector<StepFailure> find_failed_steps(const RawLog& log) {
    std::vector<StepFailure> failures;
    const auto& steps = log.steps();
    const auto facts = facts_of(log);
    for (std::size_t s = 0; s < steps.size(); ++s) {
        const auto& span = facts[s].span;
        StepFailure failure;
        if (span.ending) {
            failure = {s, *span.ending, span.exit_code, true};
        } else if (span.errors > 0 && !steps[s].post) {
            if (passed_with_annotations(log, s)) continue;
            const auto later = facts[s].work_after;
            const auto may_follow = later == 0 ? after_the_error : after_an_actions_error;
            if (later > 1 || span.after_last_error > may_follow) continue;
            failure = {s, span.last_error, std::nullopt, false};
        } else {
            continue;
        }
        if (!facts[s].ended_green && !went_on_as_green(log, facts, s)) failures.push_back(failure);
    }
    const bool is_plain = steps.size() == 1 && !shows_an_end(facts.front().span);
    if (is_plain && plain_ending_of(log).how == PlainEnding::How::failed) {
        failures.push_back({0, log.size() - 1, std::nullopt, false});
    }

    // Clean-up that fails after the work failed is noise; alone it is the failure.
    const auto is_work = [&](const StepFailure& f) { return !steps[f.step].post; };
    if (std::any_of(failures.begin(), failures.end(), is_work)) {
        std::erase_if(failures, [&](const StepFailure& f) { return !is_work(f); });
    }
    return failures;
}

}  // namespace flux::logs
