#include "logs/stored_log_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <tuple>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"

namespace flux::logs {

namespace {

namespace files = std::filesystem;

[[noreturn]] void refuse(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

void write_file(const files::path& file, int flags, std::string_view text, bool safe) {
    const FileDescriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600)};
    if (!out) refuse("opening a log's record");
    while (!text.empty()) {
        const auto written = ::write(out.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) refuse("writing a log's record");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (safe && ::fdatasync(out.get()) != 0) refuse("syncing a log's record");
}

std::string content_of(const files::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

/// The numbers in a line, or nothing where one of them is none.
std::optional<std::vector<std::int64_t>> numbers_in(std::string_view line) {
    std::vector<std::int64_t> numbers;
    for (const auto word : split(line, ' ')) {
        const auto number = to_integer(word);
        if (!number) return {};
        numbers.push_back(*number);
    }
    return numbers;
}

WallTime modified_at(const struct stat& status) {
    return WallTime{std::chrono::seconds{status.st_mtim.tv_sec} +
                    std::chrono::microseconds{status.st_mtim.tv_nsec / 1000}};
}

std::optional<LogOnDisk> log_in(const files::path& folder) {
    LogOnDisk log;
    log.folder = folder;
    struct stat status{};
    if (::stat((folder / "text").c_str(), &status) != 0) return {};
    log.used_at = modified_at(status);
    for (const auto* name : {"text", "index", "received", "complete"}) {
        if (::stat((folder / name).c_str(), &status) == 0) log.bytes += static_cast<std::uint64_t>(status.st_size);
    }
    if (::stat((folder / "complete").c_str(), &status) == 0) {
        log.complete = true;
        log.used_at = modified_at(status);
    }
    return log;
}

}  // namespace

void add_progress(const files::path& log_folder, const DownloadProgress& progress) {
    const auto line = fmt::format("{} {} {} {}\n", progress.received, progress.lines,
                                  progress.time.time_since_epoch().count(), progress.inside_key ? 1 : 0);
    write_file(log_folder / "received", O_APPEND, line, false);
}

DownloadProgress last_progress(const files::path& log_folder, std::int64_t lines) {
    DownloadProgress last;
    const auto content = content_of(log_folder / "received");
    const auto noted = split(content, '\n');
    // What stands behind the last line feed is torn.
    for (std::size_t i = 0; i + 1 < noted.size(); ++i) {
        const auto numbers = numbers_in(noted[i]);
        if (!numbers || numbers->size() != 4) continue;
        const auto& fields = *numbers;
        if (fields[0] < 0 || fields[1] < 0 || fields[1] > lines) continue;
        last = {static_cast<std::uint64_t>(fields[0]), fields[1], WallTime{std::chrono::microseconds{fields[2]}},
                fields[3] != 0};
    }
    return last;
}

void mark_complete(const files::path& log_folder, const StoredJobLog& log, WallTime now) {
    auto text = fmt::format("{} {}\n", log.lines, log.received);
    for (const auto& span : log.steps) {
        text += fmt::format("{} {} {} {}\n", span.step, span.first_line, span.last_line, span.certain ? 1 : 0);
    }
    write_file(log_folder / "complete.new", O_TRUNC, text, true);
    if (::rename((log_folder / "complete.new").c_str(), (log_folder / "complete").c_str()) != 0) {
        refuse("marking a log as complete");
    }
    std::error_code ignored;
    files::remove(log_folder / "received", ignored);
    mark_used(log_folder, now);
}

std::optional<StoredJobLog> read_complete(const files::path& log_folder) {
    const auto content = content_of(log_folder / "complete");
    const auto text_lines = split(content, '\n');
    const auto head = numbers_in(text_lines.front());
    if (!head || head->size() != 2) return {};
    StoredJobLog log;
    log.lines = (*head)[0];
    log.received = static_cast<std::uint64_t>((*head)[1]);
    log.complete = true;
    for (std::size_t i = 1; i < text_lines.size(); ++i) {
        const auto numbers = numbers_in(text_lines[i]);
        if (!numbers || numbers->size() != 4) continue;
        const auto& fields = *numbers;
        log.steps.push_back({static_cast<int>(fields[0]), fields[1], fields[2], fields[3] != 0});
    }
    return log;
}

void mark_used(const files::path& log_folder, WallTime now) {
    const auto since = now.time_since_epoch();
    const auto whole = std::chrono::floor<std::chrono::seconds>(since);
    const timespec time{whole.count(), (since - whole).count() * 1000};
    const std::array times{time, time};
    std::ignore = ::utimensat(AT_FDCWD, (log_folder / "complete").c_str(), times.data(), 0);
}

std::vector<LogOnDisk> stored_logs_in(const files::path& store_folder, std::optional<std::int64_t> run) {
    std::vector<LogOnDisk> logs;
    std::error_code ignored;
    const auto runs = run ? std::vector<files::path>{store_folder / std::to_string(*run)} : [&] {
        std::vector<files::path> all;
        for (const auto& entry : files::directory_iterator{store_folder, ignored}) all.push_back(entry.path());
        return all;
    }();
    for (const auto& of_run : runs) {
        for (const auto& attempt : files::directory_iterator{of_run, ignored}) {
            for (const auto& job : files::directory_iterator{attempt.path(), ignored}) {
                if (auto log = log_in(job.path())) logs.push_back(*std::move(log));
            }
        }
    }
    return logs;
}

}  // namespace flux::logs
