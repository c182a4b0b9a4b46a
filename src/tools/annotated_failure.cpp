#include "tools/annotated_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/matcher.hpp"
#include "logs/trouble.hpp"
#include "tools/fence.hpp"
#include "tools/log_text.hpp"

namespace flux::tools {

namespace {

using builds::Annotation;
using logs::FailureClass;

constexpr std::size_t longest_message = 300;
constexpr std::size_t longest_text = 1000;
constexpr std::size_t most_causes = 10;

/// One annotation, judged.
struct Said {
    std::string text;  ///< all of it, cleaned
    std::string path;
    std::string tool;
    FailureClass kind = FailureClass::unknown;
    int weight = 0;
    const Annotation* annotation = nullptr;

    std::string first_line() const { return shortened(text.substr(0, text.find('\n')), longest_message); }
};

/// Cleaned as a log is, line by line.
std::string cleaned(std::string_view text) {
    logs::LineCleaner cleaner{logs::Escapes::none, {.known = nullptr, .by_shape = true}};
    std::string result;
    while (!text.empty() && result.size() < longest_text) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto clean = trimmed(cleaner.clean(line).text);
        if (clean.empty()) continue;
        if (!result.empty()) result += '\n';
        result += clean;
    }
    return shortened(result, longest_text);
}

Said judged(const Annotation& annotation) {
    // Of words that no table knows: whoever made an annotation of them thought them worth it.
    constexpr int unknown_weight = 65;
    Said said{.text = cleaned(annotation.message),
              .path = shortened(clean_name(annotation.path), longest_message),
              .tool = {},
              .weight = unknown_weight,
              .annotation = &annotation};
    const auto line = said.first_line();
    const auto* matcher = logs::best_match(line).matcher;
    if (matcher != nullptr) {
        said.tool = matcher->tool;
        said.kind = matcher->kind;
        said.weight = matcher->weight;
    } else if (logs::is_vague(line)) {
        said.weight = 0;
    }
    return said;
}

boost::json::object cause_of(const Said& said, const builds::Job& job) {
    const auto& annotation = *said.annotation;
    boost::json::object cause;
    cause["message"] = said.first_line();
    cause["code"] = nullptr;
    cause["tool"] = said.tool.empty() ? boost::json::value(nullptr) : boost::json::value(said.tool);
    cause["file"] = nullptr;
    cause["line"] = nullptr;
    cause["col"] = nullptr;
    if (!said.path.empty()) cause["file"] = said.path;
    if (annotation.line > 0) cause["line"] = annotation.line;
    if (annotation.column > 0) cause["col"] = annotation.column;
    cause["job"] = clean_name(job.name);
    cause["step"] = nullptr;
    cause["log_line"] = nullptr;
    cause["count"] = 1;
    cause["excerpt"] = said.text;
    return cause;
}

std::string place_of(const Said& said) {
    if (said.path.empty()) return {};
    const auto path = shortened(said.path, 120);
    const auto line = said.annotation->line;
    return line > 0 ? fmt::format("{}:{}: ", path, line) : path + ": ";
}

/// At most `max_bytes` of them, but the first in any case.
std::string lines_of(const std::vector<Said>& all, std::size_t max_bytes) {
    std::string lines;
    for (const auto& said : all) {
        const auto room = max_bytes - std::min(max_bytes, lines.size());
        auto next = place_of(said) + said.text + "\n";
        if (next.size() > room) {
            if (!lines.empty()) break;
            next = shortened(next, std::max<std::size_t>(room, 120)) + "\n";
        }
        lines += next;
    }
    return lines;
}

/// What two jobs that failed of the same have in common.
std::string likeness_of(const Said& said) {
    std::string text = said.tool + "\n";
    for (const char c : said.text) {
        if (c < '0' || c > '9') text += c;
    }
    return text;
}

}  // namespace

std::optional<JobDiagnosis> diagnose_annotations(const builds::Job& job, const std::vector<Annotation>& annotations,
                                                 std::size_t max_bytes) {
    // Below that a line says no more than the runner's exit code.
    constexpr int worth_it = 26;
    std::vector<Said> all;
    for (const auto& annotation : annotations) {
        if (annotation.level != Annotation::Level::failure) continue;
        auto said = judged(annotation);
        const bool known = std::any_of(all.begin(), all.end(), [&](const Said& each) {
            return each.text == said.text && each.annotation->path == annotation.path &&
                   each.annotation->line == annotation.line;
        });
        if (said.weight >= worth_it && !said.text.empty() && !known) all.push_back(std::move(said));
    }
    if (all.empty()) return {};
    std::stable_sort(all.begin(), all.end(), [](const Said& a, const Said& b) { return a.weight > b.weight; });
    if (all.size() > most_causes) all.erase(all.begin() + most_causes, all.end());

    JobDiagnosis result;
    const auto& best = all.front();
    result.kind = best.kind;
    result.confidence = best.kind == FailureClass::unknown ? 0.5 : 0.8;
    result.summary = best.first_line();
    constexpr std::size_t shortest = 400;
    for (auto bytes = std::max(max_bytes, shortest);; bytes = std::max(bytes / 2, shortest)) {
        result.texts.push_back({"Said of the job beside its log: " + fenced(lines_of(all, bytes - fence_cost)), 0});
        if (bytes == shortest) break;
    }
    for (const auto& said : all) {
        result.causes.push_back(cause_of(said, job));
        result.weights.push_back(said.weight);
    }
    result.likeness = likeness_of(best);
    return result;
}

void put_before(JobDiagnosis& diagnosis, JobDiagnosis annotated) {
    const auto& known = diagnosis.texts;
    const auto said = [&](std::string_view message) {
        return !known.empty() && known.front().text.find(message) != std::string::npos;
    };
    if (said(annotated.summary)) return;
    if (annotated.confidence > diagnosis.confidence || diagnosis.kind == FailureClass::unknown) {
        diagnosis.kind = annotated.kind;
        diagnosis.confidence = std::max(annotated.confidence, diagnosis.confidence);
        diagnosis.summary = annotated.summary;
    }
    // The shortest: the log's own lines need the room.
    const auto& before = annotated.texts.back().text;
    for (auto& text : diagnosis.texts) text.text = before + text.text;
    if (diagnosis.texts.empty()) diagnosis.texts = annotated.texts;
    for (auto& cause : diagnosis.causes) annotated.causes.push_back(std::move(cause));
    diagnosis.causes = std::move(annotated.causes);
    annotated.weights.insert(annotated.weights.end(), diagnosis.weights.begin(), diagnosis.weights.end());
    diagnosis.weights = std::move(annotated.weights);
    diagnosis.likeness = annotated.likeness + diagnosis.likeness;
}

}  // namespace flux::tools
