#include "logs/job_log_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "logs/job_log.hpp"
#include "logs/stamp.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t block_bytes = std::size_t{1024} * 1024;
constexpr std::size_t records_at_once = 4096;
constexpr unsigned truncated_flag = 1;
constexpr unsigned opening_flag = 2;

[[noreturn]] void refuse(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::uint64_t size_of(int file) {
    struct stat status{};
    if (::fstat(file, &status) != 0) refuse("fstat of a job log");
    return static_cast<std::uint64_t>(status.st_size);
}

void cut(int file, std::uint64_t size) {
    if (::ftruncate(file, static_cast<off_t>(size)) != 0) refuse("cutting a job log");
}

void write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) refuse("writing a job log");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Fewer than `length` bytes at the end of the file.
std::string read_at(int file, std::uint64_t offset, std::size_t length) {
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
        const auto got = ::pread(file, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse("reading a job log");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t sum = 2'166'136'261U;
    for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 16'777'619U;
    return sum;
}

template <class Number>
void put(std::string& out, Number number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    out.append(bytes.data(), bytes.size());
}

template <class Number>
Number take(std::string_view& text) {
    Number number{};
    std::memcpy(&number, text.data(), sizeof number);
    text.remove_prefix(sizeof number);
    return number;
}

Result<int> open_file(const std::filesystem::path& file, int flags) {
    const int number = ::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (number >= 0) return number;
    if (errno == ENOENT) return fail(Errc::not_found, "This job has written no log.", "log_not_found");
    return fail(Errc::unavailable, fmt::format("The job's log can't be opened: {}.", std::strerror(errno)));
}

}  // namespace

void LogRecord::append_to(std::string& out) const {
    const auto begin = out.size();
    put(out, offset);
    put(out, std::int64_t{time.time_since_epoch().count()});
    put(out, length);
    put(out, step);
    put(out, static_cast<std::uint8_t>(level));
    put(out, static_cast<std::uint8_t>((truncated ? truncated_flag : 0U) | (opening ? opening_flag : 0U)));
    put(out, std::uint32_t{0});
    put(out, checksum(std::string_view{out}.substr(begin)));
}

std::optional<LogRecord> LogRecord::decode(std::string_view text) {
    if (text.size() != bytes) return {};
    const auto sum = checksum(text.substr(0, bytes - sizeof(std::uint32_t)));
    LogRecord record;
    record.offset = take<std::uint64_t>(text);
    record.time = WallTime{std::chrono::microseconds{take<std::int64_t>(text)}};
    record.length = take<std::uint32_t>(text);
    record.step = take<std::uint16_t>(text);
    const auto level = take<std::uint8_t>(text);
    record.level = static_cast<Level>(level);
    const auto flags = take<std::uint8_t>(text);
    record.truncated = (flags & truncated_flag) != 0;
    record.opening = (flags & opening_flag) != 0;
    take<std::uint32_t>(text);
    const bool whole = take<std::uint32_t>(text) == sum && level <= static_cast<std::uint8_t>(Level::error) &&
                       record.length >= stamp_bytes && record.length <= stamp_bytes + 4 * max_line_bytes;
    return whole ? std::optional{record} : std::nullopt;
}

JobLogFiles::JobLogFiles(JobLogFiles&& other) noexcept
    : text_{std::exchange(other.text_, -1)}, index_{std::exchange(other.index_, -1)} {}

JobLogFiles::~JobLogFiles() {
    if (text_ >= 0) ::close(text_);
    if (index_ >= 0) ::close(index_);
}

Result<JobLogFiles> JobLogFiles::open_for_writing(const std::filesystem::path& directory) {
    std::error_code refused;
    std::filesystem::create_directories(directory, refused);
    if (refused) {
        return fail(Errc::unavailable, fmt::format("The job's log can't be made: {}.", refused.message()));
    }
    const auto text = open_file(directory / "text", O_RDWR | O_CREAT | O_APPEND);
    if (!text) return fail(text.error());
    JobLogFiles files{*text, -1};
    const auto index = open_file(directory / "index", O_RDWR | O_CREAT | O_APPEND);
    if (!index) return fail(index.error());
    files.index_ = *index;
    return files;
}

Result<JobLogFiles> JobLogFiles::open_for_reading(const std::filesystem::path& directory) {
    const auto text = open_file(directory / "text", O_RDONLY);
    if (!text) return fail(text.error());
    JobLogFiles files{*text, -1};
    const auto index = open_file(directory / "index", O_RDONLY);
    if (!index) return fail(index.error());
    files.index_ = *index;
    return files;
}

std::optional<LogRecord> JobLogFiles::last_whole_record(std::int64_t& count) const {
    const auto text_size = size_of(text_);
    for (; count > 0; --count) {
        const auto at = static_cast<std::uint64_t>(count - 1) * LogRecord::bytes;
        const auto record = LogRecord::decode(read_at(index_, at, LogRecord::bytes));
        if (!record || record->offset + record->length >= text_size) continue;
        if (read_at(text_, record->offset + record->length, 1) == "\n") return record;
    }
    return {};
}

JobLogFiles::Recovered JobLogFiles::index_rest(std::int64_t count, std::uint64_t from, std::uint16_t step) {
    std::string rest;
    std::string records;
    auto line_start = from;
    for (auto offset = from;;) {
        const auto block = read_at(text_, offset, block_bytes);
        if (block.empty()) break;
        offset += block.size();
        rest += block;
        std::size_t start = 0;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', start)) {
            const auto line = std::string_view{rest}.substr(start, end - start);
            const auto stamp = stamp_at(line);
            // What isn't a line of ours is the end of what can be trusted.
            if (!stamp.usual) {
                write_all(index_, records);
                cut(text_, line_start);
                return {count, line_start};
            }
            const LogRecord record{.offset = line_start,
                                   .time = stamp.time,
                                   .length = static_cast<std::uint32_t>(line.size()),
                                   .step = step,
                                   .level = level_of(line.substr(stamp_bytes))};
            record.append_to(records);
            ++count;
            line_start += line.size() + 1;
            start = end + 1;
        }
        rest.erase(0, start);
        write_all(index_, records);
        records.clear();
    }
    cut(text_, line_start);
    return {count, line_start};
}

Result<JobLogFiles::Recovered> JobLogFiles::recover() {
    try {
        auto count = records();
        const auto last = last_whole_record(count);
        cut(index_, static_cast<std::uint64_t>(count) * LogRecord::bytes);
        const auto from = last ? last->offset + last->length + 1 : 0;
        return index_rest(count, from, last ? last->step : std::uint16_t{0});
    } catch (const std::system_error& error) {
        return fail(Errc::unavailable, fmt::format("The job's log can't be read: {}.", error.code().message()));
    }
}

Result<JobLogFiles::Recovered> JobLogFiles::keep_first(std::int64_t lines) {
    std::uint64_t text_end = 0;
    if (lines > 0) {
        const auto last = read_records(lines - 1, 1);
        if (!last) return fail(last.error());
        if (last->empty()) return fail(Errc::internal, "The log has fewer lines than its download says.");
        text_end = last->front().offset + last->front().length + 1;
    }
    cut(index_, static_cast<std::uint64_t>(lines) * LogRecord::bytes);
    cut(text_, text_end);
    return Recovered{lines, text_end};
}

Result<void> JobLogFiles::rewrite_index(const std::filesystem::path& directory,
                                        const std::function<void(std::int64_t, LogRecord&)>& change) {
    const auto name = directory / "index.new";
    const FileDescriptor fresh{
        ::open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fresh) refuse("making a job log's index");
    std::string block;
    for (std::int64_t next = 0;;) {
        const auto records = read_records(next, records_at_once);
        if (!records) return fail(records.error());
        if (records->empty()) break;
        block.clear();
        for (auto record : *records) {
            change(++next, record);
            record.append_to(block);
        }
        write_all(fresh.get(), block);
    }
    if (::fdatasync(fresh.get()) != 0) refuse("syncing a job log's index");
    if (::rename(name.c_str(), (directory / "index").c_str()) != 0) refuse("replacing a job log's index");
    // The descriptor of this object follows the name.
    if (::dup3(fresh.get(), index_, O_CLOEXEC) < 0) refuse("replacing a job log's index");
    return {};
}

void JobLogFiles::append(std::string_view text, std::string_view records) {
    const auto text_size = size_of(text_);
    const auto index_size = size_of(index_);
    try {
        write_all(text_, text);
        write_all(index_, records);
    } catch (const std::system_error&) {
        // A full disk tears lines; giving space back always works.
        if (::ftruncate(index_, static_cast<off_t>(index_size)) == 0) {
            std::ignore = ::ftruncate(text_, static_cast<off_t>(text_size));
        }
        throw;
    }
}

void JobLogFiles::sync() {
    if (::fdatasync(text_) != 0 || ::fdatasync(index_) != 0) refuse("syncing a job log");
}

std::int64_t JobLogFiles::records() const { return static_cast<std::int64_t>(size_of(index_) / LogRecord::bytes); }

Result<std::vector<LogRecord>> JobLogFiles::read_records(std::int64_t first, std::size_t count) const {
    const auto bytes = read_at(index_, static_cast<std::uint64_t>(first) * LogRecord::bytes, count * LogRecord::bytes);
    std::vector<LogRecord> found;
    found.reserve(count);
    for (std::size_t at = 0; at + LogRecord::bytes <= bytes.size(); at += LogRecord::bytes) {
        const auto record = LogRecord::decode(std::string_view{bytes}.substr(at, LogRecord::bytes));
        if (!record) {
            return fail(Errc::internal, fmt::format("The index of this log is damaged at line {}; the lines before it "
                                                    "can be read.",
                                                    first + static_cast<std::int64_t>(found.size()) + 1));
        }
        found.push_back(*record);
    }
    return found;
}

Result<std::string> JobLogFiles::read_text(std::uint64_t offset, std::size_t length) const {
    auto text = read_at(text_, offset, length);
    if (text.size() != length) return fail(Errc::internal, "The text of this log is shorter than its index says.");
    return text;
}

}  // namespace flux::logs
