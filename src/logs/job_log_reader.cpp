#include <algorithm>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "logs/job_log.hpp"
#include "logs/job_log_files.hpp"
#include "logs/job_log_search.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/trouble.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t records_at_once = 4096;
constexpr std::size_t gap_worth_reading = 4096;

struct Found {
    std::int64_t number = 0;
    LogRecord record;
    std::size_t text_bytes() const { return record.length - stamp_bytes; }
};

/// Which lines the limits leave, by the index alone; in the order of the walk.
class Selection {
public:
    explicit Selection(const LogWindow& window) : window_{window} {}

    /// False: a limit is reached.
    bool take(std::int64_t number, const LogRecord& record) {
        if (record.level < window_.at_least) return true;
        const auto size = std::min<std::size_t>(record.length - stamp_bytes, window_.max_bytes);
        if (found_.size() == window_.max_lines || (!found_.empty() && bytes_ + size > window_.max_bytes)) return false;
        bytes_ += size;
        found_.push_back({number, record});
        return true;
    }

    std::vector<Found> in_order() && {
        if (window_.from_end) std::reverse(found_.begin(), found_.end());
        return std::move(found_);
    }

private:
    const LogWindow& window_;
    std::vector<Found> found_;
    std::size_t bytes_ = 0;
};

/// Raises the level of lines that no marker of the runner's makes loud to what they say themselves.
class SpokenLevels {
public:
    explicit SpokenLevels(const JobLogFiles& files) : files_{files} {}

    /// `records`: of lines that follow each other.
    Result<void> raise(std::vector<LogRecord>& records) {
        for (std::size_t from = 0; from < records.size();) {
            const auto start = records[from].offset;
            auto to = from + 1;
            while (to < records.size() && end_of(records[to]) - start <= text_at_once) ++to;
            const auto end = end_of(records[to - 1]);
            if (end < start) return fail(Errc::internal, "The index of this log doesn't fit its text.");
            const auto text = files_.read_text(start, end - start);
            if (!text) return fail(text.error());
            for (; from < to; ++from) raise(records[from], *text, start);
        }
        return {};
    }

private:
    static constexpr std::size_t text_at_once = std::size_t{1} << 20U;
    /// The colour in which the runner echoes a step's script.
    static constexpr std::string_view echo = "\x1b[36;1m";

    static std::uint64_t end_of(const LogRecord& record) { return record.offset + record.length; }

    void raise(LogRecord& record, std::string_view text, std::uint64_t start) {
        if (record.level != Level::plain || record.length <= stamp_bytes || record.offset < start) return;
        const auto place = record.offset - start + stamp_bytes;
        if (place >= text.size()) return;
        const auto line = text.substr(place, record.length - stamp_bytes);
        if (line.starts_with("##[") || line.starts_with(echo)) return;
        record.level = spoken_level(cleaner_.clean(line).text);
    }

    const JobLogFiles& files_;
    LineCleaner cleaner_{Escapes::none, {.known = nullptr, .by_shape = false}};
};

Line line_from(const Found& found, std::string_view text, std::size_t max_bytes, LineCleaner& cleaner) {
    Line line{.number = found.number,
              .time = found.record.time,
              .step = found.record.step,
              .level = found.record.level,
              .text = {},
              .truncated = found.record.truncated};
    // Logs of an earlier version hold lines as they were printed; what is clean already costs next to nothing.
    text = cleaner.clean(text).text;
    if (text.size() > max_bytes) {
        auto end = max_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
        text = text.substr(0, end);
        line.truncated = true;
    }
    line.text = text;
    return line;
}

Result<Selection> select(const JobLogFiles& files, const LogWindow& window, std::int64_t first, std::int64_t last) {
    Selection selection{window};
    SpokenLevels spoken{files};
    constexpr auto step = static_cast<std::int64_t>(records_at_once);
    while (first <= last) {
        const auto count = std::min(step, last - first + 1);
        const auto start = window.from_end ? last - count + 1 : first;
        auto records = files.read_records(start - 1, static_cast<std::size_t>(count));
        if (!records) return fail(records.error());
        if (window.at_least >= Level::warning) {
            const auto raised = spoken.raise(*records);
            if (!raised) return fail(raised.error());
        }
        const auto size = static_cast<std::int64_t>(records->size());
        for (std::int64_t i = 0; i < size; ++i) {
            const auto at = window.from_end ? size - 1 - i : i;
            if (!selection.take(start + at, (*records)[static_cast<std::size_t>(at)])) return selection;
        }
        if (window.from_end) {
            last -= count;
        } else {
            first += count;
        }
    }
    return selection;
}

/// One read for each stretch of lines that lie close together.
Result<std::vector<Line>> fetch(const JobLogFiles& files, const std::vector<Found>& found, const LogWindow& window) {
    LineCleaner cleaner{window.keep_colours ? Escapes::colours : Escapes::none, {.known = nullptr, .by_shape = true}};
    std::vector<Line> lines;
    lines.reserve(found.size());
    for (std::size_t from = 0; from < found.size();) {
        auto to = from;
        auto end = found[from].record.offset + found[from].record.length;
        while (to + 1 < found.size() && found[to + 1].record.offset >= end &&
               found[to + 1].record.offset - end <= gap_worth_reading) {
            ++to;
            end = found[to].record.offset + found[to].record.length;
        }
        const auto start = found[from].record.offset;
        const auto text = files.read_text(start, end - start);
        if (!text) return fail(text.error());
        for (; from <= to; ++from) {
            const auto& one = found[from];
            const auto place = one.record.offset - start + stamp_bytes;
            lines.push_back(
                line_from(one, std::string_view{*text}.substr(place, one.text_bytes()), window.max_bytes, cleaner));
        }
    }
    return lines;
}

}  // namespace

struct JobLogReader::State {
    JobLogFiles files;
};

JobLogReader::JobLogReader(std::unique_ptr<State> state) : state_{std::move(state)} {}
JobLogReader::JobLogReader(JobLogReader&&) noexcept = default;
JobLogReader& JobLogReader::operator=(JobLogReader&&) noexcept = default;
JobLogReader::~JobLogReader() = default;

Result<JobLogReader> JobLogReader::open(const std::filesystem::path& directory) {
    auto files = JobLogFiles::open_for_reading(directory);
    if (!files) return fail(std::move(files.error()));
    return JobLogReader{std::make_unique<State>(*std::move(files))};
}

std::int64_t JobLogReader::lines() const { return state_->files.records(); }

Result<std::vector<Line>> JobLogReader::read(const LogWindow& window) const {
    if (window.max_lines == 0 || window.max_bytes == 0) return std::vector<Line>{};
    try {
        const auto first = std::max<std::int64_t>(window.first_line, 1);
        const auto last = std::min(window.last_line, lines());
        auto selection = select(state_->files, window, first, last);
        if (!selection) return fail(std::move(selection.error()));
        return fetch(state_->files, std::move(*selection).in_order(), window);
    } catch (const std::system_error& error) {
        return fail(Errc::internal, "The log can't be read: " + error.code().message() + ".");
    }
}

Result<FoundLines> JobLogReader::search(const LinePattern& pattern, const LineSearch& search) const {
    try {
        return search_lines(state_->files, pattern, search);
    } catch (const std::system_error& error) {
        return fail(Errc::internal, "The log can't be read: " + error.code().message() + ".");
    }
}

}  // namespace flux::logs
