#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "logs/line.hpp"

namespace flux::logs {

/// Bytes of a line's stamp and the blank behind it.
inline constexpr std::size_t stamp_bytes = 29;

/// One line's place in the index file.
struct LogRecord {
    static constexpr std::size_t bytes = 32;

    std::uint64_t offset = 0;  ///< of the stamp, in the text file
    WallTime time{};
    std::uint32_t length = 0;  ///< with the stamp, without the line feed
    std::uint16_t step = 0;
    Level level = Level::plain;
    bool truncated = false;
    bool opening = false;  ///< it looks like the first line of a step (logs/step_times)

    void append_to(std::string& out) const;
    /// Nothing where the checksum says that it is torn.
    static std::optional<LogRecord> decode(std::string_view text);
};

/// The two files of a job's log, and nothing but reading and writing them. Reading is thread-safe.
class JobLogFiles {
public:
    static Result<JobLogFiles> open_for_writing(const std::filesystem::path& directory);
    static Result<JobLogFiles> open_for_reading(const std::filesystem::path& directory);

    JobLogFiles(JobLogFiles&& other) noexcept;
    JobLogFiles& operator=(JobLogFiles&&) = delete;
    ~JobLogFiles();

    struct Recovered {
        std::int64_t lines = 0;
        std::uint64_t text_end = 0;
    };
    /// Makes both files agree: cuts torn ends, indexes whole lines that have no record.
    Result<Recovered> recover();

    /// Leaves the first `lines` lines. Throws std::system_error.
    Result<Recovered> keep_first(std::int64_t lines);

    /// Replaces the whole index in one step: `record` is called for each line's record, in their order, and may change
    /// its step. Readers that have the log open go on with the old one. Throws std::system_error.
    Result<void> rewrite_index(const std::filesystem::path& directory,
                               const std::function<void(std::int64_t number, LogRecord&)>& change);

    /// Text, then its records. Throws std::system_error; then neither is there.
    void append(std::string_view text, std::string_view records);
    void sync();

    std::int64_t records() const;
    /// `count` records from the one with index `first`, from 0.
    Result<std::vector<LogRecord>> read_records(std::int64_t first, std::size_t count) const;
    Result<std::string> read_text(std::uint64_t offset, std::size_t length) const;

private:
    JobLogFiles(int text, int index) : text_{text}, index_{index} {}

    std::optional<LogRecord> last_whole_record(std::int64_t& count) const;
    Recovered index_rest(std::int64_t count, std::uint64_t from, std::uint16_t step);

    int text_;
    int index_;
};

}  // namespace flux::logs
