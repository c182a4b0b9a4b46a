#include "cli/raw_log_commands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <optional>
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
#include "logs/log_tail.hpp"
#include "logs/search.hpp"

namespace flux::cli {

namespace {

int refuse(const std::string& message) {
    std::fprintf(stderr, "flux-mcp: %s\n", message.c_str());
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

/// Hands out a raw log in pieces, or returns the bytes of a zip of them.
Result<std::optional<std::string>> read_log_or_zip(const std::string& path, const logs::ArchiveLimits& limits,
                                                   const std::function<void(std::string_view)>& sink) {
    std::optional<bool> zip;
    std::string archive;
    auto read = read_pieces(path, [&](std::string_view piece) {
        if (!zip) zip = logs::is_zip(piece);
        if (!*zip) {
            sink(piece);
            return true;
        }
        archive += piece;
        return archive.size() <= limits.packed;
    });
    if (!read) return fail(std::move(read.error()));
    if (!zip.value_or(false)) return std::nullopt;
    return archive;
}

/// A raw log, or a zip of them, in bounded memory.
Result<logs::RawLog> read_log(const std::string& path) {
    logs::RawLogBuilder builder;
    const logs::ArchiveLimits limits;
    auto zip = read_log_or_zip(path, limits, [&](std::string_view piece) { builder.feed(piece); });
    if (!zip) return fail(std::move(zip.error()));
    if (*zip) return logs::decode_archive(**std::move(zip), limits);
    return std::move(builder).finish();
}

void print_line(const logs::RawLog& log, std::size_t index) {
    std::fputs(fmt::format("{}\t{}\n", log.number_of(index), log.text(index)).c_str(), stdout);
}

/// The lines with these indexes, repeats folded.
void print_folded(const logs::RawLog& log, std::size_t first, std::size_t last) {
    // In stretches, so that a view of a large log needs no second copy of its lines.
    constexpr std::size_t stretch = 100'000;
    std::vector<std::string_view> texts;
    for (; first <= last; first += stretch) {
        texts.clear();
        for (auto index = first; index <= std::min(last, first + stretch - 1); ++index)
            texts.push_back(log.text(index));
        for (const auto& entry : logs::fold_repeats(texts)) {
            if (entry.kind == logs::FoldedLines::Kind::shown) {
                print_line(log, first + entry.first);
            } else {
                const auto remark = logs::folding_remark(entry, static_cast<std::int64_t>(log.number_of(first)));
                std::fputs(fmt::format("\t{}\n", remark).c_str(), stdout);
            }
        }
    }
}

void print_tail(const logs::LastLines& tail) {
    if (tail.first < tail.log.size()) print_folded(tail.log, tail.first, tail.log.size() - 1);
}

/// The last lines of a log, or of each job in a zip of them.
Result<void> show_tail(const std::string& path, std::size_t lines) {
    logs::LogTail tail{lines};
    const logs::ArchiveLimits limits;
    auto zip = read_log_or_zip(path, limits, [&](std::string_view piece) { tail.feed(piece); });
    if (!zip) return fail(std::move(zip.error()));
    if (!*zip) {
        print_tail(std::move(tail).finish());
        return {};
    }
    const auto show = [](const std::string& job, const logs::LastLines& last) {
        std::fputs(fmt::format("\t(job `{}`, {} lines)\n", job, last.lines).c_str(), stdout);
        print_tail(last);
    };
    return logs::read_job_tails(**std::move(zip), lines, show, limits);
}

}  // namespace

int run_diagnose_file(const Command& command) {
    const auto read = read_log(command.log_file);
    if (!read) return refuse(read.error().message);

    const auto& log = *read;
    const auto diagnosis = logs::diagnose(log);
    constexpr std::int64_t usual_tokens = 1500;
    const auto max_tokens = static_cast<std::size_t>(command.max_tokens.value_or(usual_tokens));
    const auto text = logs::write_diagnosis(diagnosis, log, random_id(8), max_tokens);
    if (command.json) {
        const auto next = fmt::format("flux-mcp logs --file {} --search PATTERN", command.log_file);
        std::fputs((logs::diagnosis_json(diagnosis, text, log, next) + '\n').c_str(), stdout);
    } else {
        std::fputs(text.text.c_str(), stdout);
    }
    return success;
}

int run_logs_file(const Command& command) {
    if (command.tail) {
        const auto shown = show_tail(command.log_file, static_cast<std::size_t>(*command.tail));
        return shown ? success : refuse(shown.error().message);
    }
    const auto read = read_log(command.log_file);
    if (!read) return refuse(read.error().message);
    const auto& log = *read;

    if (command.search) {
        logs::SearchOptions options;
        options.regex = true;
        options.step = command.step.value_or("");
        options.limit = std::numeric_limits<std::size_t>::max();
        const auto found = logs::search(log, *command.search, options);
        if (!found) return refuse(found.error().message);
        for (const auto number : found->lines) print_line(log, number - 1);
        return success;
    }
    const auto wanted = ascii_lower(command.step.value_or(""));
    for (const auto& step : log.steps()) {
        if (ascii_lower(step.name).find(wanted) == std::string::npos) continue;
        print_folded(log, step.first, step.last);
    }
    return success;
}

}  // namespace flux::cli
