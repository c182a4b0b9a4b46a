#include "logs/diagnosis_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t longest_line = 400;
/// Lines of a script that are shown of its front and of its end.
constexpr std::size_t longest_excerpt = 24;

/// Writes excerpts until the budget is used; remembers which lines were shown.
class Excerpts {
public:
    Excerpts(const RawLog& log, std::string& out, std::size_t max_bytes)
        : log_{log}, out_{out}, max_bytes_{max_bytes} {}

    /// Lines `first` to `last`, 1-based. False when the budget is used up.
    bool show(std::size_t first, std::size_t last, std::string_view title) {
        bool titled = false;
        if (last - first + 1 > longest_excerpt) {
            left_out_ += last - first + 1 - longest_excerpt;
            first = last + 1 - longest_excerpt;
        }
        for (auto number = first; number <= last && number <= log_.size(); ++number) {
            const auto text = trimmed_end(log_.text(number - 1));
            if (text.empty() || log_.line(number - 1).role == RawLine::Role::marker || shown_.contains(number))
                continue;
            auto line = fmt::format("{}| {}\n", number, shortened(text, longest_line));
            if (!titled && !title.empty()) line = fmt::format("-- {}\n{}", title, line);
            if (out_.size() + line.size() > max_bytes_) {
                ++left_out_;
                full_ = true;
                continue;
            }
            titled = true;
            shown_.insert(number);
            out_ += line;
        }
        return !full_;
    }

    bool has(std::size_t number) const { return shown_.contains(number); }
    std::size_t left_out() const { return left_out_; }

private:
    static std::string_view trimmed_end(std::string_view text) {
        const auto end = text.find_last_not_of(" \t");
        return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
    }

    const RawLog& log_;
    std::string& out_;
    const std::size_t max_bytes_;
    std::set<std::size_t> shown_;
    std::size_t left_out_ = 0;
    bool full_ = false;
};

std::string heading(const Cause& cause) {
    std::string text = cause.tool.empty() ? std::string{} : cause.tool;
    if (!cause.code.empty() && cause.code.size() < 40) text += (text.empty() ? "" : " ") + cause.code;
    if (!cause.file.empty()) {
        text += (text.empty() ? "" : " ") + cause.file;
        if (cause.line > 0) text += fmt::format(":{}", cause.line);
    }
    if (cause.count > 1) text += fmt::format(" (and {} like it)", cause.count - 1);
    return text;
}

}  // namespace

std::size_t tokens_in(std::string_view text) { return (text.size() + 3) / 4; }

DiagnosisText write_diagnosis(const Diagnosis& diagnosis, const RawLog& log, std::string_view nonce,
                              std::size_t max_tokens) {
    DiagnosisText result;
    auto& out = result.text;
    if (diagnosis.failed_steps.empty()) {
        out = "The log shows no failed step.\n";
        return result;
    }
    out += fmt::format("{}\nClass: {} (confidence {:.2f})\n", diagnosis.summary, name_of(diagnosis.kind),
                       diagnosis.confidence);
    for (const auto& step : diagnosis.failed_steps) {
        out += fmt::format("Failed step: {}{}{} (line {})\n", step.job, step.job.empty() ? "" : " / ",
                           shortened(step.step, 160), step.line);
    }
    const auto fence = fmt::format("log-{}", nonce);
    out += fmt::format("<<<{} untrusted log lines\n", fence);
    const auto closing = fmt::format(">>>{}\n", fence);
    const auto max_bytes = std::max<std::size_t>(max_tokens * 4, 400) - closing.size();

    Excerpts excerpts{log, out, max_bytes};
    const int best = diagnosis.causes.empty() ? 0 : diagnosis.causes.front().weight;
    for (const auto& cause : diagnosis.causes) {
        // What is much weaker than the best cause adds words, not reasons.
        if (cause.weight + 45 < best) continue;
        if (excerpts.has(cause.log_line)) continue;
        if (!excerpts.show(cause.excerpt_first, cause.excerpt_last, heading(cause))) break;
    }
    for (const auto& evidence : diagnosis.evidence) excerpts.show(evidence.first, evidence.last, evidence.title);
    out += closing;
    result.lines_left_out = excerpts.left_out();
    return result;
}

}  // namespace flux::logs
