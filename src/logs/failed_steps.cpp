#include "logs/failed_steps.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// The line with which the runner or its toolkit ends a failed step, if this is one.
bool ends_a_step(std::string_view text, std::optional<int>& exit_code) {
    static const RE2 exited{R"(^Process completed with exit code (-?\d+)\.?)"};
    static const RE2 other{
        R"(^(The process '.*' failed with exit code \d+|The operation was cancell?ed|The run was cancell?ed|)"
        R"(The job (was not|running on)|Docker (pull|build) failed with exit code|Executing the custom container|)"
        R"(The action .* (failed|has timed out)|The (self-hosted|hosted) runner|buildx failed with|Unhandled error: |)"
        R"(fatal: |.*has exceeded the maximum execution time))"};
    int code = 0;
    if (RE2::PartialMatch(piece(text), exited, &code)) {
        if (code == 0) return false;
        exit_code = code;
        return true;
    }
    return RE2::PartialMatch(piece(text), other);
}

/// Tools that print their news on stderr get `##[error]` from some runners.
bool is_harmless(std::string_view text) {
    static const RE2 harmless{R"((?i)^\s*(\[notice\]|notice:|warning|\(node:\d+\)|npm (warn|notice)|hint:|deprecat))"};
    return RE2::PartialMatch(piece(text), harmless);
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
        if (log.line(i).level == Level::plain && log.line(i).length > 0) ++span.after_last_error;
        if (log.line(i).level != Level::error) continue;
        const auto text = log.text(i);
        std::optional<int> code;
        if (ends_a_step(text, code)) {
            if (!span.ending || code) {
                span.ending = i;
                span.exit_code = code;
            }
        }
        if (!is_harmless(text)) {
            ++span.errors;
            span.last_error = i;
            span.after_last_error = 0;
        }
    }
    return span;
}

/// Whether nothing but clean-up follows the step.
bool is_last_of_the_work(const RawLog& log, std::size_t step) {
    const auto& steps = log.steps();
    return std::all_of(steps.begin() + static_cast<std::ptrdiff_t>(step) + 1, steps.end(), [&](const RawStep& later) {
        return later.post || later.name == "Complete job" || later.job != steps[step].job;
    });
}

/// How many lines of output may follow an error that ended its step: a stack trace, a hint, a summary.
constexpr std::size_t after_the_error = 25;

}  // namespace

std::vector<StepFailure> find_failed_steps(const RawLog& log) {
    std::vector<StepFailure> failures;
    const auto& steps = log.steps();
    for (std::size_t s = 0; s < steps.size(); ++s) {
        const auto span = look_at(log, steps[s]);
        if (span.ending) {
            failures.push_back({s, *span.ending, span.exit_code, true});
        } else if (span.errors > 0 && !steps[s].post && span.after_last_error <= after_the_error &&
                   is_last_of_the_work(log, s)) {
            failures.push_back({s, span.last_error, std::nullopt, false});
        }
    }
    // Clean-up that fails after the work failed is noise; alone it is the failure.
    const auto is_work = [&](const StepFailure& f) { return !steps[f.step].post; };
    if (std::any_of(failures.begin(), failures.end(), is_work)) {
        std::erase_if(failures, [&](const StepFailure& f) { return !is_work(f); });
    }
    return failures;
}

}  // namespace flux::logs
