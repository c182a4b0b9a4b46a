#include "logs/diagnosis_json.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "json/writer.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t longest_excerpt_line = 400;
/// A log can be made of steps that fail.
constexpr std::size_t most_steps_listed = 100;

void text_or_null(json::Writer& w, const char* name, const std::string& text) {
    w.key(name);
    if (text.empty()) {
        w.null();
    } else {
        w.string(text);
    }
}

void number_or_null(json::Writer& w, const char* name, std::int64_t number) {
    w.key(name);
    if (number <= 0) {
        w.null();
    } else {
        w.integer(number);
    }
}

std::string excerpt_of(const Cause& cause, const RawLog& log) {
    std::string excerpt;
    for (auto number = cause.excerpt_first; number <= std::min(cause.excerpt_last, log.size()); ++number) {
        const auto text = log.text(number - 1);
        if (text.empty()) continue;
        if (!excerpt.empty()) excerpt += '\n';
        excerpt += shortened(text, longest_excerpt_line);
    }
    return excerpt;
}

void write_cause(json::Writer& w, const Cause& cause, const RawLog& log) {
    w.object();
    w.key("message").string(cause.message);
    text_or_null(w, "code", cause.code);
    text_or_null(w, "tool", cause.tool);
    text_or_null(w, "file", cause.file);
    number_or_null(w, "line", cause.line);
    number_or_null(w, "col", cause.column);
    text_or_null(w, "job", cause.job);
    text_or_null(w, "step", cause.step);
    w.key("log_line").integer(static_cast<std::int64_t>(log.number_of(cause.log_line - 1)));
    w.key("count").integer(cause.count);
    w.key("excerpt").string(excerpt_of(cause, log));
    w.end_object();
}

void write_omitted(json::Writer& w, const Diagnosis& diagnosis, const DiagnosisText& text, const RawLog& log,
                   std::string_view next) {
    constexpr std::size_t most_ranges = 20;
    const auto ranges = log.left_out();
    const auto steps = diagnosis.failed_steps.size() - std::min(diagnosis.failed_steps.size(), most_steps_listed);
    if (text.lines_left_out == 0 && ranges.empty() && steps == 0 && diagnosis.causes_left_out == 0) {
        w.null();
        return;
    }
    std::size_t unread = 0;
    for (const auto& range : ranges) unread += range.lines();
    w.object();
    w.key("lines").integer(static_cast<std::int64_t>(text.lines_left_out + unread));
    if (!ranges.empty()) {
        w.key("unread").integer(static_cast<std::int64_t>(unread));
        w.key("unread_lines").array();
        for (std::size_t i = 0; i < std::min(ranges.size(), most_ranges); ++i) {
            w.array();
            w.integer(static_cast<std::int64_t>(ranges[i].first));
            w.integer(static_cast<std::int64_t>(ranges[i].last));
            w.end_array();
        }
        w.end_array();
    }
    if (steps > 0) w.key("failed_steps").integer(static_cast<std::int64_t>(steps));
    if (diagnosis.causes_left_out > 0) w.key("causes").integer(static_cast<std::int64_t>(diagnosis.causes_left_out));
    w.key("next").string(next);
    w.end_object();
}

}  // namespace

std::string diagnosis_json(const Diagnosis& diagnosis, const DiagnosisText& text, const RawLog& log,
                           std::string_view next) {
    std::string out;
    json::Writer w{out};
    w.object();
    w.key("text").string(text.text);
    w.key("verdict");
    if (diagnosis.failed_steps.empty()) {
        w.null();
    } else {
        w.object();
        w.key("class").string(name_of(diagnosis.kind));
        w.key("confidence").number(diagnosis.confidence);
        w.key("summary").string(diagnosis.summary);
        w.end_object();
    }
    w.key("failed_steps").array();
    for (std::size_t i = 0; i < std::min(diagnosis.failed_steps.size(), most_steps_listed); ++i) {
        const auto& step = diagnosis.failed_steps[i];
        w.object();
        text_or_null(w, "job", step.job);
        w.key("step").string(step.step);
        w.key("line").integer(static_cast<std::int64_t>(log.number_of(step.line - 1)));
        w.end_object();
    }
    w.end_array();
    w.key("causes").array();
    for (const auto& cause : diagnosis.causes) write_cause(w, cause, log);
    w.end_array();
    w.key("failed_tests").array();
    for (std::size_t i = 0; i < std::min(diagnosis.failed_tests.size(), most_tests_listed); ++i)
        w.string(diagnosis.failed_tests[i]);
    w.end_array();
    w.key("omitted");
    write_omitted(w, diagnosis, text, log, next);
    w.end_object();
    return out;
}

}  // namespace flux::logs
