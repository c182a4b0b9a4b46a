#include "logs/job_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "logs/job_log_files.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t batch_bytes = std::size_t{64} * 1024;
// A line that comes after this much silence is written at once: slow logs lose nothing, fast ones are batched.
constexpr auto quiet = std::chrono::milliseconds{20};

std::string_view without_carriage_return(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

Level level_of(std::string_view text) {
    if (!text.starts_with("##[")) return Level::plain;
    text.remove_prefix(3);
    if (text.starts_with("error]")) return Level::error;
    if (text.starts_with("warning]")) return Level::warning;
    if (text.starts_with("notice]")) return Level::notice;
    if (text.starts_with("debug]")) return Level::debug;
    return Level::plain;
}

struct JobLogWriter::State {
    State(JobLogFiles log_files, const Clock& log_clock) : files{std::move(log_files)}, clock{log_clock} {}

    void add(int step, std::string_view text, bool truncated);
    bool write_out();

    mutable std::mutex mutex;
    JobLogFiles files;
    const Clock& clock;
    std::int64_t lines = 0;
    std::uint64_t text_end = 0;  ///< of what is on the disk
    std::string held_text;
    std::string held_records;
    SteadyTime last_write{};
};

void JobLogWriter::State::add(int step, std::string_view text, bool truncated) {
    if (text.size() > max_line_bytes) {
        text = text.substr(0, max_line_bytes);
        truncated = true;
    }
    const auto valid = is_utf8(text) && text.find('\0') == std::string_view::npos;
    const auto clean = valid ? std::string{} : to_utf8(text);
    if (!valid) text = clean;

    const auto now = clock.wall_now();
    const auto start = held_text.size();
    held_text += log_stamp(now);
    held_text += ' ';
    held_text += text;
    LogRecord record{.offset = text_end + start,
                     .time = now,
                     .length = static_cast<std::uint32_t>(held_text.size() - start),
                     .step = static_cast<std::uint16_t>(std::clamp(step, 0, 65'535)),
                     .level = level_of(text),
                     .truncated = truncated};
    held_text += '\n';
    record.append_to(held_records);
    ++lines;
}

bool JobLogWriter::State::write_out() {
    if (held_text.empty()) return false;
    // Text first: a record never points to what isn't there.
    files.append(held_text, held_records);
    text_end += held_text.size();
    held_text.clear();
    held_records.clear();
    last_write = clock.steady_now();
    return true;
}

JobLogWriter::JobLogWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
JobLogWriter::JobLogWriter(JobLogWriter&&) noexcept = default;
JobLogWriter& JobLogWriter::operator=(JobLogWriter&&) noexcept = default;

JobLogWriter::~JobLogWriter() {
    if (!state_) return;
    try {
        flush();
    } catch (const std::system_error&) {
        // Nobody is left to tell; the whole lines before stay.
    }
}

Result<JobLogWriter> JobLogWriter::open(const std::filesystem::path& directory, const Clock& clock) {
    auto files = JobLogFiles::open_for_writing(directory);
    if (!files) return fail(std::move(files.error()));
    auto recovered = files->recover();
    if (!recovered) return fail(std::move(recovered.error()));

    auto state = std::make_unique<State>(*std::move(files), clock);
    state->lines = recovered->lines;
    state->text_end = recovered->text_end;
    return JobLogWriter{std::move(state)};
}

void JobLogWriter::append(int step, std::string_view text, bool truncated) {
    const std::scoped_lock lock{state_->mutex};
    while (true) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) break;
        state_->add(step, without_carriage_return(text.substr(0, end)), false);
        text.remove_prefix(end + 1);
    }
    state_->add(step, text, truncated);
    if (state_->held_text.size() >= batch_bytes || state_->clock.steady_now() - state_->last_write >= quiet) {
        state_->write_out();
    }
}

bool JobLogWriter::flush() {
    const std::scoped_lock lock{state_->mutex};
    return state_->write_out();
}

void JobLogWriter::sync() {
    const std::scoped_lock lock{state_->mutex};
    state_->write_out();
    state_->files.sync();
}

std::int64_t JobLogWriter::lines() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->lines;
}

}  // namespace flux::logs
