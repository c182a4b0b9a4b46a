#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "logs/line.hpp"
#include "logs/line_pattern.hpp"
#include "logs/line_search.hpp"

namespace flux::logs {

/// A line's text beyond this is cut, and the line marked.
inline constexpr std::size_t max_line_bytes = std::size_t{64} * 1024;

/// How loud a line is: `##[error]`, `##[warning]`, `##[notice]` or `##[debug]` at its start.
Level level_of(std::string_view text);

/// Writes one job's log: `text`, with lines as GitHub's job logs have them (`stamp SP text LF`), and `index`, with one
/// record of fixed size a line, so that any line is found without reading the others.
///
/// Members may be called from any thread; the job's thread appends. They throw std::system_error when the disk refuses;
/// what was written before stays whole.
class JobLogWriter {
public:
    /// Opens the log in `directory`, which is made where it is missing. A log that is there goes on behind its last
    /// whole line: torn ends are cut off, and whole lines that the index doesn't know are taken into it.
    static Result<JobLogWriter> open(const std::filesystem::path& directory, const Clock& clock);

    JobLogWriter(JobLogWriter&&) noexcept;
    JobLogWriter& operator=(JobLogWriter&&) noexcept;
    /// Writes what is still held back.
    ~JobLogWriter();

    /// One line that went through logs/line_cleaner, at the time of now. Where lines come fast, they are held back and
    /// written together: call flush() every 100 ms or so. Malformed UTF-8 is replaced; line feeds in `text` make
    /// several lines.
    void append(int step, std::string_view text, bool truncated = false);

    /// Writes what is held back; readers see it from then on. Returns whether there was anything.
    bool flush();

    /// Writes what is held back and waits until it is safe on the disk: at the end of a step.
    void sync();

    /// Of this log, with those held back.
    std::int64_t lines() const;

private:
    struct State;
    explicit JobLogWriter(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

/// Which lines of a log to read. Both limits hold; at least one line comes where there is one.
struct LogWindow {
    std::int64_t first_line = 1;
    std::int64_t last_line = std::numeric_limits<std::int64_t>::max();
    bool from_end = false;  ///< fill the limits from the window's end backwards; the oldest line still comes first
    std::size_t max_lines = 1000;
    std::size_t max_bytes = std::size_t{256} * 1024;  ///< of text; a longer single line is cut to it and marked
    /// From `warning` on by what lines say, too (logs/trouble); for that all text of the window may have to be read.
    Level at_least = Level::debug;
    bool keep_colours = false;  ///< SGR sequences stay in the text, everything else is cleaned in any case
};

/// Reads a job's log, also while it is being written, never more of it than the window needs. Thread-safe.
class JobLogReader {
public:
    /// `not_found` where the job has written no log.
    static Result<JobLogReader> open(const std::filesystem::path& directory);

    JobLogReader(JobLogReader&&) noexcept;
    JobLogReader& operator=(JobLogReader&&) noexcept;
    ~JobLogReader();

    /// Whole lines so far.
    std::int64_t lines() const;

    /// `internal` where the files don't fit each other or can't be read.
    Result<std::vector<Line>> read(const LogWindow& window) const;

    /// The lines whose text, as read() gives it out without colours, matches; many times as fast as reading them where
    /// the pattern requires a text. Errors as of read().
    Result<FoundLines> search(const LinePattern& pattern, const LineSearch& search) const;

private:
    struct State;
    explicit JobLogReader(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace flux::logs
