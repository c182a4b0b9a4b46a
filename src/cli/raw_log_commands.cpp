#include "cli/raw_log_commands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "logs/archive.hpp"
#include "logs/diagnose.hpp"
#include "logs/diagnosis_json.hpp"
#include "logs/diagnosis_text.hpp"
#include "logs/folding.hpp"
#include "logs/line_pattern.hpp"
#include "logs/log_tail.hpp"
#include "logs/raw_log.hpp"

namespace flux::cli {

namespace {

void say(const std::string& message) { std::fprintf(stderr, "flux-mcp: %s\n", message.c_str()); }

int refuse(const std::string& message) {
    say(message);
    return usage;
}

constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

/// Hands out the bytes of a file, or of stdin where `path` is `-`, in pieces, until `sink` has enough of them.
Result<void> read_pieces(const std::string& path, const std::function<bool(std::string_view)>& sink) {
    FileDescriptor opened;
    if (path != "-") {
        opened = FileDescriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        if (!opened) return fail(Errc::not_found, fmt::format("The log `{}` cannot be opened. `-` reads stdin.", path));
    }
    const int number = opened ? opened.get() : STDIN_FILENO;
    std::string piece(piece_bytes, '\0');
    while (true) {
        const auto got = ::read(number, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Errc::unavailable, fmt::format("The log `{}` cannot be read.", path));
        if (got == 0 || !sink(std::string_view{piece}.substr(0, static_cast<std::size_t>(got)))) return {};
    }
}

/// The command that unpacks what a file begins with, where it is compressed.
std::string_view unpacker_of(std::string_view front) {
    if (front.starts_with("\x1f\x8b")) return "gzip";
    if (front.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
    if (front.starts_with("\xfd\x37zXZ")) return "xz";
    if (front.starts_with("BZh") && front.substr(3, 7).ends_with("1AY&SY")) return "bzip2";
    return {};
}

/// Hands out a raw log in pieces, or returns the bytes of a zip of them.
Result<std::optional<std::string>> read_log_or_zip(const std::string& path, const logs::ArchiveLimits& limits,
                                                   const std::function<void(std::string_view)>& sink) {
    std::optional<bool> zip;
    std::string_view unpacker;
    std::string archive;
    auto read = read_pieces(path, [&](std::string_view piece) {
        if (!zip) {
            zip = logs::is_zip(piece);
            unpacker = unpacker_of(piece);
        }
        if (!unpacker.empty()) return false;
        if (!*zip) {
            sink(piece);
            return true;
        }
        archive += piece;
        return archive.size() <= limits.packed;
    });
    if (!read) return fail(std::move(read.error()));
    if (!unpacker.empty()) {
        return fail(Errc::unsupported, fmt::format("The log `{}` is compressed. Unpack it first, and give it to stdin: "
                                                   "`{} -dc LOG | flux-mcp … -`.",
                                                   path, unpacker));
    }
    if (!zip.value_or(false)) return std::nullopt;
    return archive;
}

/// Feeds a raw log, or a zip of them, to `builder`.
Result<void> read_into(logs::RawLogBuilder& builder, const std::string& path) {
    const logs::ArchiveLimits limits;
    auto zip = read_log_or_zip(path, limits, [&](std::string_view piece) { builder.feed(piece); });
    if (!zip) return fail(std::move(zip.error()));
    if (*zip) return logs::read_archive(**std::move(zip), builder, limits);
    return {};
}

void print_line(std::size_t number, std::string_view text) {
    std::fputs(fmt::format("{}\t{}\n", number, text).c_str(), stdout);
}

/// Prints lines that follow each other with their numbers, repeats folded: in stretches, so that a log needs no more
/// memory the longer it is.
class FoldedPrinter {
public:
    void add(std::size_t number, std::string_view text) {
        if (number != first_ + ends_.size() || ends_.size() == most_lines || bytes_.size() > most_bytes) flush();
        if (ends_.empty()) first_ = number;
        bytes_ += text;
        ends_.push_back(bytes_.size());
    }

    /// What comes now isn't folded with what came before.
    void flush() {
        std::vector<std::string_view> texts;
        texts.reserve(ends_.size());
        std::size_t begin = 0;
        for (const auto end : ends_) {
            texts.push_back(std::string_view{bytes_}.substr(begin, end - begin));
            begin = end;
        }
        for (const auto& entry : logs::fold_repeats(texts)) {
            if (entry.kind == logs::FoldedLines::Kind::shown) {
                print_line(first_ + entry.first, texts[entry.first]);
            } else {
                const auto remark = logs::folding_remark(entry, static_cast<std::int64_t>(first_));
                std::fputs(fmt::format("\t{}\n", remark).c_str(), stdout);
            }
        }
        bytes_.clear();
        ends_.clear();
    }

private:
    static constexpr std::size_t most_lines = 100'000;
    static constexpr std::size_t most_bytes = std::size_t{16} << 20U;

    std::size_t first_ = 0;  ///< the number of the first line
    std::string bytes_;
    std::vector<std::size_t> ends_;  ///< of each line in `bytes_`
};

void print_tail(const logs::LastLines& tail) {
    FoldedPrinter printer;
    for (auto index = tail.first; index < tail.log.size(); ++index)
        printer.add(tail.log.number_of(index), tail.log.text(index));
    printer.flush();
}

constexpr const char* is_empty = "The log is empty.";

/// The last lines of a log, or of each job in a zip of them.
Result<void> show_tail(const std::string& path, std::size_t lines) {
    logs::LogTail tail{lines};
    const logs::ArchiveLimits limits;
    auto zip = read_log_or_zip(path, limits, [&](std::string_view piece) { tail.feed(piece); });
    if (!zip) return fail(std::move(zip.error()));
    if (!*zip) {
        const auto last = std::move(tail).finish();
        if (last.lines == 0) say(is_empty);
        print_tail(last);
        return {};
    }
    const auto show = [](const std::string& job, const logs::LastLines& last) {
        std::fputs(fmt::format("\t(job `{}`, {} lines)\n", job, last.lines).c_str(), stdout);
        print_tail(last);
    };
    return logs::read_job_tails(**std::move(zip), lines, show, limits);
}

/// Whether the step that the line belongs to has the name that was asked for.
class WantedSteps {
public:
    explicit WantedSteps(std::string_view name) : name_{ascii_lower(name)} {}

    bool hold(const logs::PassingLine& line) {
        if (line.step != step_) {
            step_ = line.step;
            wanted_ = ascii_lower(line.step_name).find(name_) != std::string::npos;
        }
        return wanted_;
    }

private:
    std::string name_;
    std::optional<std::size_t> step_;  ///< that was asked about last
    bool wanted_ = false;
};

/// The names of the steps, each once, as many as are read at a glance.
std::string names_of(const std::vector<logs::RawStep>& steps) {
    constexpr std::size_t most_names = 20;
    constexpr std::size_t longest_name = 80;
    std::set<std::string_view> seen;
    std::string names;
    for (const auto& step : steps) {
        if (!seen.insert(step.name).second || seen.size() > most_names) continue;
        names += fmt::format("{}`{}`", names.empty() ? "" : ", ", shortened(step.name, longest_name));
    }
    if (seen.size() > most_names) names += fmt::format(" and {} more", seen.size() - most_names);
    return names;
}

/// How much of a log was asked for and found.
struct Seen {
    std::size_t lines = 0;  ///< of the steps that were asked for
    std::size_t matches = 0;
};

/// Says why there is nothing to show.
void explain_nothing(const Command& command, const logs::RawLog& log, const Seen& seen) {
    if (log.size() == 0) return say(is_empty);
    const auto step = command.step.value_or("");
    if (seen.lines == 0) {
        return say(fmt::format("No step has `{}` in its name. The log's steps are: {}.", step, names_of(log.steps())));
    }
    const auto where = step.empty() ? std::string{} : fmt::format(" in steps with `{}` in their name", step);
    say(fmt::format("No line matches `{}`. All {} lines{} were searched.", *command.search, seen.lines, where));
}

std::string search_call(const Command& command) {
    return fmt::format("flux-mcp logs --file {} --search PATTERN", command.log_file);
}

}  // namespace

int run_diagnose_file(const Command& command, const logs::RawLogLimits& limits) {
    logs::RawLogBuilder builder{limits};
    if (const auto read = read_into(builder, command.log_file); !read) return refuse(read.error().message);

    const auto log = std::move(builder).finish();
    const auto diagnosis = logs::diagnose(log);
    constexpr std::int64_t usual_tokens = 1500;
    const auto max_tokens = static_cast<std::size_t>(command.max_tokens.value_or(usual_tokens));
    auto text = logs::write_diagnosis(diagnosis, log, random_id(8), max_tokens);
    if (log.size() == 0) text.text = fmt::format("{}\n", is_empty);
    if (command.json) {
        std::fputs((logs::diagnosis_json(diagnosis, text, log, search_call(command)) + '\n').c_str(), stdout);
    } else {
        std::fputs(text.text.c_str(), stdout);
    }
    if (!log.left_out().empty()) {
        say(fmt::format("The log is too large to be diagnosed as a whole. What was not looked at can be searched: {}",
                        search_call(command)));
    }
    return success;
}

int run_logs_file(const Command& command) {
    if (command.tail) {
        const auto shown = show_tail(command.log_file, static_cast<std::size_t>(*command.tail));
        return shown ? success : refuse(shown.error().message);
    }
    std::optional<logs::LinePattern> pattern;
    if (command.search) {
        auto compiled = logs::LinePattern::compile(*command.search, {.regex = true});
        if (!compiled) return refuse(compiled.error().message);
        pattern = *std::move(compiled);
    }
    // Lines are shown as they come by, so that of the largest log each is.
    WantedSteps wanted{command.step.value_or("")};
    Seen seen;
    FoldedPrinter printer;
    std::size_t step = 0;
    auto builder = logs::RawLogBuilder::passing_on([&](const logs::PassingLine& line) {
        if (!wanted.hold(line)) return;
        ++seen.lines;
        if (pattern) {
            if (!pattern->matches(line.text)) return;
            ++seen.matches;
            print_line(line.number, line.text);
            return;
        }
        if (line.step != std::exchange(step, line.step)) printer.flush();
        printer.add(line.number, line.text);
    });
    const auto read = read_into(builder, command.log_file);
    const auto log = std::move(builder).finish();
    printer.flush();
    if (!read) return refuse(read.error().message);
    if (seen.lines == 0 || (pattern && seen.matches == 0)) explain_nothing(command, log, seen);
    return success;
}

}  // namespace flux::cli
