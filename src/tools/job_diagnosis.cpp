#include "tools/job_diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "base/text.hpp"
#include "logs/diagnose.hpp"
#include "logs/diagnosis_json.hpp"
#include "logs/diagnosis_text.hpp"
#include "logs/raw_log.hpp"
#include "tools/log_text.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using logs::Diagnosis;
using logs::FailureClass;
using logs::RawLog;

/// How much of a step's end is shown where nothing in it says why it failed.
constexpr std::size_t shown_of_a_silent_step = 25;

/// The step in which the job ended: the first that failed, else the last that wrote anything.
const builds::Step* ending_step(const builds::Job& job) {
    const builds::Step* ended = nullptr;
    for (const auto& step : job.steps) {
        if (has_failed(step.conclusion)) return &step;
        if (step.conclusion == Conclusion::cancelled && step.first_line > 0) return &step;
        if (step.first_line > 0) ended = &step;
    }
    return ended;
}

/// What the run knows where the log shows no failed step. Returns that in words.
std::string explain_by_conclusion(Diagnosis& diagnosis, const builds::Job& job, const RawLog& log) {
    const auto* step = ending_step(job);
    const bool knows_end = step != nullptr && step->last_line > 0;
    const auto wanted = knows_end ? log.lines_up_to(static_cast<std::size_t>(step->last_line)) : log.size();
    const auto end = std::clamp<std::size_t>(wanted, 1, log.size());
    const auto first = end - std::min(end - 1, shown_of_a_silent_step - 1);
    const auto name = step != nullptr ? clean_name(step->name) : std::string{"the job"};

    diagnosis.failed_steps.push_back({clean_name(job.name), name, end, {}, std::nullopt});
    diagnosis.confidence = 0.1;
    diagnosis.output = {"end of the step", first, end};
    diagnosis.evidence.push_back(diagnosis.output);
    return fmt::format("The log says of no step that it failed; the job ended in \"{}\".", name);
}

RawLog engine_log(const JobText& text) {
    logs::RawLogBuilder builder;
    std::int64_t next_line = 1;
    for (const auto& part : text.parts) {
        builder.skip(static_cast<std::size_t>(part.first_line - next_line));
        builder.feed(part.bytes);
        next_line = part.last_line + 1;
    }
    return std::move(builder).finish();
}

/// A job that somebody or a limit ended has no error of its own to look for. Returns how it ended in words.
std::string respect_conclusion(Diagnosis& diagnosis, const builds::Job& job) {
    const bool cancelled = job.conclusion == Conclusion::cancelled;
    if (!cancelled && job.conclusion != Conclusion::timed_out) return {};
    constexpr int convincing = 60;
    std::erase_if(diagnosis.causes, [](const logs::Cause& cause) { return cause.weight < convincing; });
    diagnosis.kind = cancelled ? FailureClass::cancelled : FailureClass::timeout;
    diagnosis.confidence = 0.9;
    const auto why = job.reason.empty() ? std::string{} : fmt::format(" ({})", clean_name(job.reason));
    return fmt::format("The job {}{}.", cancelled ? "was cancelled" : "ran into its time limit", why);
}

/// The same in less and less words, down to a few hundred bytes.
std::vector<JobDiagnosis::Written> texts_of(const Diagnosis& diagnosis, const RawLog& log, std::string_view nonce,
                                            std::size_t max_bytes) {
    constexpr std::size_t shortest = 400;
    std::vector<JobDiagnosis::Written> texts;
    for (auto bytes = std::max(max_bytes, shortest);; bytes = std::max(bytes * 3 / 4, shortest)) {
        auto written = logs::write_diagnosis(diagnosis, log, nonce, bytes / 4);
        if (texts.empty() || written.text.size() < texts.back().text.size()) {
            texts.push_back({std::move(written.text), written.lines_left_out});
        }
        if (bytes == shortest) return texts;
    }
}

/// The words of a message without its numbers: two jobs of a matrix differ in nothing else.
std::string likeness_of(const logs::Cause& cause) {
    auto text = fmt::format("{}\n{}\n{}\n", cause.tool, cause.code, cause.file);
    for (const char c : cause.message) {
        if (c < '0' || c > '9') text += c;
    }
    return text;
}

}  // namespace

JobDiagnosis diagnose_job(const builds::Job& job, const JobText& text, std::string_view nonce, std::size_t max_bytes,
                          const JobText* green) {
    JobDiagnosis result;
    const auto log = engine_log(text);
    if (log.size() == 0) return result;
    const auto in_green = green != nullptr ? logs::shapes_of_output(engine_log(*green)) : logs::ShapeSet{};
    auto diagnosis = logs::diagnose(log, in_green);
    if (diagnosis.failed_steps.empty()) result.note = explain_by_conclusion(diagnosis, job, log);
    if (auto ended = respect_conclusion(diagnosis, job); !ended.empty()) result.note = std::move(ended);
    if (!result.note.empty()) diagnosis.summary = result.note;

    auto members = boost::json::parse(logs::diagnosis_json(diagnosis, {}, log, {})).as_object();
    result.convinces = diagnosis.convinces;
    result.kind = diagnosis.kind;
    result.confidence = diagnosis.confidence;
    result.summary = diagnosis.summary;
    result.texts = texts_of(diagnosis, log, nonce, max_bytes);
    result.failed_steps = std::move(members["failed_steps"].as_array());
    result.causes = std::move(members["causes"].as_array());
    for (const auto& cause : diagnosis.causes) result.weights.push_back(cause.weight);
    result.failed_tests = std::move(diagnosis.failed_tests);
    if (!diagnosis.causes.empty()) result.likeness = likeness_of(diagnosis.causes.front());
    return result;
}

}  // namespace flux::tools
