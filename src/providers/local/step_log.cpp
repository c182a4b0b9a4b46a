#include "providers/local/step_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "logs/places.hpp"
#include "providers/local/matcher_files.hpp"

namespace flux::providers::local {
namespace {

constexpr std::size_t max_tail_bytes = 1024 * 1024;
constexpr std::size_t max_annotations = 10;  // of each level
constexpr std::size_t max_message_bytes = 4096;

int number_of(std::string_view text) {
    const auto number = to_integer(trimmed(text));
    return number && *number > 0 && *number < 1'000'000'000 ? static_cast<int>(*number) : 0;
}

/// GitHub's log leaves the place out and keeps it with the annotation; here the log is all that a reader has.
std::string with_place(const WorkflowCommand& command) {
    return logs::annotation_text(command.property("file"), number_of(command.property("line")),
                                 number_of(command.property("col")), command.data);
}

/// Several lines as they may be seen outside of the log.
std::string clean_text(const logs::Masks& masks, std::string_view text) {
    logs::LineCleaner cleaner{logs::Escapes::none, {.known = &masks, .by_shape = true}};
    const auto masked = masks.apply(to_utf8(text));
    std::string result;
    for (const auto line : split(masked, '\n')) {
        if (!result.empty()) result += '\n';
        result += cleaner.clean(line).text;
    }
    return result;
}

}  // namespace

StepLog::StepLog(const Shared& shared, int step)
    : sink_{shared.sink},
      masks_{shared.masks},
      matchers_{shared.matchers},
      directories_{shared.directories},
      cleaner_{logs::Escapes::colours, {.known = &shared.masks, .by_shape = true}},
      step_{step},
      debug_{shared.debug},
      byte_limit_{shared.byte_limit},
      cutter_{shared.masks, [this](std::string_view line, bool continued, bool continues) {
                  program_line(line, continued, continues);
              }} {}

void StepLog::program_line(std::string_view line, bool continued, bool continues) {
    if (!continued && !continues) {
        if (!stop_token_.empty()) {
            const auto command = trimmed(line);
            if (command.size() == stop_token_.size() + 4 && command.starts_with("::") && command.ends_with("::") &&
                command.substr(2, stop_token_.size()) == stop_token_) {
                stop_token_.clear();
                return;
            }
        } else if (const auto command = parse_command(line)) {
            if (obey(*command, line)) return;
        }
    }
    const auto clean = cleaner_.clean(line);
    if (!continued && !continues && !matchers_.empty() && show_problem(clean.bare)) return;
    put_in_pieces(clean.text, continues);
}

void StepLog::put_in_pieces(std::string_view clean, bool continues) {
    do {
        const auto piece = clean.substr(0, max_line_bytes);
        clean.remove_prefix(piece.size());
        const bool more = continues || !clean.empty();
        put_limited(is_utf8(piece) ? std::string{piece} : to_utf8(piece), more);
    } while (!clean.empty());
}

bool StepLog::obey(const WorkflowCommand& command, std::string_view line) {
    const auto& name = command.name;
    if (name == "add-mask") {
        if (trimmed(command.data).empty()) {
            warning("Can't add secret mask for empty string in ##[add-mask] command.");
            return true;
        }
        switch (masks_.add(command.data)) {
        case logs::Masks::Added::hidden: write("::add-mask::***"); break;
        case logs::Masks::Added::too_short:
            warning("A mask of fewer than three characters was ignored: it would blacken the whole log.");
            break;
        case logs::Masks::Added::no_room:
            warning("There are too many masks: the last one is hidden as it is, but not in every encoding.");
            break;
        }
        return true;
    }
    if (echo_ && name != "group" && name != "endgroup") put_in_pieces(cleaner_.clean(line).text, false);

    if (name == "group") {
        tagged("group", command.data);
    } else if (name == "endgroup") {
        tagged("endgroup", {});
    } else if (name == "debug") {
        debug(command.data);
    } else if (name == "error") {
        annotate(logs::Level::error, command.data, &command);
        tagged("error", with_place(command));
    } else if (name == "warning") {
        annotate(logs::Level::warning, command.data, &command);
        tagged("warning", with_place(command));
    } else if (name == "notice") {
        annotate(logs::Level::notice, command.data, &command);
        tagged("notice", with_place(command));
    } else if (name == "stop-commands") {
        const auto token = ascii_lower(command.data);
        if (token.empty() || token == "pause-logging" || is_command_name(token)) {
            error("Invalid token of `stop-commands`: choose a random word that is no command.");
            failed_ = true;
            return true;
        }
        stop_token_ = command.data;
        if (command.data.size() > 6) {
            write(line);
            masks_.add(command.data);
        }
    } else if (name == "echo") {
        const auto value = ascii_lower(trimmed(command.data));
        if (value == "on" || value == "off")
            echo_ = value == "on";
        else
            error("Invalid echo command value. Possible values can be: 'on', 'off'.");
    } else if (name == "set-output" || name == "save-state") {
        const auto key = command.property("name");
        if (key.empty()) {
            error(fmt::format("Required field 'name' is missing in ##[{}] command.", name));
            failed_ = true;
        } else if (name == "set-output") {
            // State is for an action's post step, and none of ours has one.
            outputs_.emplace_back(key, command.data);
        }
    } else if (name == "set-env" || name == "add-path") {
        error(fmt::format("The `{}` command is disabled. Write to the file that {} names instead.", name,
                          name == "set-env" ? "GITHUB_ENV" : "GITHUB_PATH"));
        failed_ = true;
    } else if (name == "add-matcher" || name == "remove-matcher") {
        obey_matcher_command(command);
    }
    return true;
}

/// As actions/runner does in AddMatcherCommandExtension and RemoveMatcherCommandExtension.
void StepLog::obey_matcher_command(const WorkflowCommand& command) {
    const auto problem = command.name == "add-matcher" ? add_matchers(command.data) : remove_matchers(command);
    if (problem) return;
    error(fmt::format("Unable to process command '##[{}]' successfully: {}", command.name, problem.error().message));
    failed_ = true;
}

Result<void> StepLog::add_matchers(std::string_view path) {
    if (trimmed(path).empty()) {
        warning("File path must be specified in ##[add-matcher] command.");
        return {};
    }
    auto file = read_matcher_file(directories_, path);
    if (!file) return fail(std::move(file.error()));
    for (const auto& sentence : file->refused) warning(sentence);
    return matchers_.add(std::move(file->matchers));
}

Result<void> StepLog::remove_matchers(const WorkflowCommand& command) {
    const auto owner = command.property("owner");
    if (owner.empty() == command.data.empty()) {
        warning("##[remove-matcher] takes either an owner or a file path.");
        return {};
    }
    if (!owner.empty()) {
        matchers_.remove(owner);
        return {};
    }
    const auto file = read_matcher_file(directories_, command.data);
    if (!file) return fail(file.error());
    for (const auto& matcher : file->matchers) matchers_.remove(matcher.owner);
    return {};
}

/// Writes the line with its tag where a matcher sees a problem in it. False: none does.
bool StepLog::show_problem(std::string_view line) {
    auto problem = matchers_.look_at(line);
    if (!problem) return false;
    Annotation annotation;
    annotation.level = problem->level;
    annotation.message = problem->message;
    annotation.file = place_in_workspace(directories_, problem->file, problem->from_path);
    annotation.line = problem->line;
    annotation.column = problem->column;
    const bool milder = problem->level == logs::Level::warning;
    tagged(problem->level == logs::Level::error ? "error"
           : milder                             ? "warning"
                                                : "notice",
           logs::annotation_text(annotation.file, annotation.line, annotation.column, line));
    annotate(std::move(annotation));
    return true;
}

void StepLog::annotate(logs::Level level, std::string_view message, const WorkflowCommand* command) {
    Annotation annotation;
    annotation.level = level;
    annotation.message = message;
    if (command != nullptr) {
        annotation.title = command->property("title");
        annotation.file = command->property("file");
        annotation.line = number_of(command->property("line"));
        annotation.column = number_of(command->property("col"));
    }
    annotate(std::move(annotation));
}

void StepLog::annotate(Annotation annotation) {
    const auto same = std::count_if(annotations_.begin(), annotations_.end(),
                                    [&](const Annotation& each) { return each.level == annotation.level; });
    if (static_cast<std::size_t>(same) >= max_annotations) return;
    annotation.step = step_;
    annotation.message = shortened(clean_text(masks_, annotation.message), max_message_bytes);
    annotation.title = shortened(clean_text(masks_, annotation.title), 256);
    annotation.file = shortened(clean_text(masks_, annotation.file), 1024);
    if (annotation.line == 0) annotation.column = 0;
    annotations_.push_back(std::move(annotation));
}

void StepLog::tagged(std::string_view tag, std::string_view message) { write(fmt::format("##[{}]{}", tag, message)); }

void StepLog::program_ended() {
    cutter_.finish();
    stop_token_.clear();
    matchers_.forget();
}

void StepLog::write(std::string_view text) {
    // Masked as a whole first: a secret may go over several lines.
    const auto masked = masks_.apply(to_utf8(text));
    for (const auto line : split(masked, '\n')) put_in_pieces(cleaner_.clean(line).text, false);
}

void StepLog::write_coloured(std::string_view script) {
    const auto masked = masks_.apply(to_utf8(script));
    for (const auto line : split(masked, '\n')) {
        put_in_pieces(cleaner_.clean(fmt::format("\x1B[36;1m{}\x1B[0m", line)).text, false);
    }
}

void StepLog::begin_group(std::string_view title) { tagged("group", title); }
void StepLog::end_group() { tagged("endgroup", {}); }

void StepLog::error(std::string_view message) {
    annotate(logs::Level::error, message, nullptr);
    tagged("error", message);
}

void StepLog::warning(std::string_view message) {
    annotate(logs::Level::warning, message, nullptr);
    tagged("warning", message);
}

void StepLog::notice(std::string_view message) {
    annotate(logs::Level::notice, message, nullptr);
    tagged("notice", message);
}

void StepLog::debug(std::string_view message) {
    if (debug_) tagged("debug", message);
}

void StepLog::put(std::string_view clean, bool truncated) { sink_.line(step_, clean, truncated); }

void StepLog::put_limited(std::string_view clean, bool truncated) {
    written_ += clean.size() + 1;
    if (written_ <= byte_limit_) return put(clean, truncated);
    if (!limited_) {
        limited_ = true;
        put(fmt::format("##[warning]This step has written more than {} bytes: what follows is left out, but its end.",
                        byte_limit_),
            false);
    }
    tail_.emplace_back(clean, truncated);
    tail_bytes_ += clean.size() + 1;
    while (tail_bytes_ > std::min(max_tail_bytes, byte_limit_)) {
        tail_bytes_ -= tail_.front().first.size() + 1;
        tail_.pop_front();
        ++dropped_lines_;
    }
}

void StepLog::release_tail() {
    if (!limited_) return;
    if (dropped_lines_ > 0) put(fmt::format("##[warning]{} lines left out here.", dropped_lines_), false);
    for (const auto& [text, truncated] : tail_) put(text, truncated);
    tail_.clear();
    limited_ = false;
    tail_bytes_ = dropped_lines_ = 0;
    written_ = 0;
}

void StepLog::finish() {
    program_ended();
    release_tail();
}

}  // namespace flux::providers::local
