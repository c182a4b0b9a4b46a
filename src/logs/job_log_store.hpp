#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "logs/job_log.hpp"
#include "logs/masks.hpp"
#include "logs/step_times.hpp"

namespace flux::logs {

/// One job's log of one attempt. Authorization is the caller's, before he asks for anything here.
struct JobLogKey {
    std::int64_t run = 0;
    int attempt = 1;
    std::int64_t job = 0;

    friend auto operator<=>(const JobLogKey&, const JobLogKey&) = default;
};

/// Where a step's lines lie in its job's log.
struct StepSpan {
    int step = 0;
    std::int64_t first_line = 0;
    std::int64_t last_line = 0;  ///< inclusive; lines of steps that ran at the same time lie between
    bool certain = true;         ///< false: some lines could as well be a neighbour's
};

/// What is there of a log.
struct StoredJobLog {
    std::int64_t lines = 0;
    std::uint64_t received = 0;  ///< bytes of the original, as far as they became lines
    bool complete = false;       ///< nothing will follow
    std::vector<StepSpan> steps = {};
};

struct JobLogLimits {
    /// Of one log's text; the rest of a longer one is counted and left out.
    std::uint64_t log_bytes = std::uint64_t{1} << 30U;
    /// Of all logs together; the complete ones that nobody has read for the longest time go first.
    std::uint64_t total_bytes = std::uint64_t{4} << 30U;
    std::chrono::hours age{24 * 30};  ///< complete logs that nobody has read for so long go
};

/// Takes one job's log as it is downloaded, and makes of it what JobLogReader reads.
///
///     auto log = store.open_for_append(key);         // conflict: it is complete, or somebody else writes it
///     request.range(log->received());                // `Range: bytes=N-`; 0 where it begins
///     for (each chunk) log->append(chunk);           // chunks of any size, cut anywhere
///     log->finish(step_times);                       // only when the job is over and the body came whole
///
/// Lines are decoded, cleaned and masked on the way (logs/line_cleaner); readers see them at the end of each append().
/// Whatever was appended stays when this goes away without finish(), and the next one goes on at received(). Memory is
/// constant. Not thread-safe; blocking: disk.
class JobLogAppender {
public:
    JobLogAppender(JobLogAppender&&) noexcept;
    JobLogAppender& operator=(JobLogAppender&&) noexcept;
    ~JobLogAppender();

    /// How many bytes of the original lie behind the last whole line: where a download that was broken off goes on.
    std::uint64_t received() const;
    std::int64_t lines() const;

    /// From here on lines are given to these steps; without it they have step 0 until finish().
    void set_steps(std::vector<StepTime> steps);

    /// The next bytes of the original. `unavailable` when the disk refuses: let go of this and open it again later.
    Result<void> append(std::string_view bytes);

    /// Whether the limit of one log is reached: what else comes is counted only, and the download may as well stop.
    bool full() const;

    /// The log is complete and will never change: the last line is written although it has no line feed, every line
    /// gets its step, and what is there is safe on the disk. With no `steps` (they weren't to be had) lines keep what
    /// they have.
    Result<StoredJobLog> finish(std::vector<StepTime> steps);

private:
    friend class JobLogStore;
    struct State;
    explicit JobLogAppender(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

/// Logs that were downloaded, in one folder: append-only, each with an index by line, immutable when they are complete.
/// Thread-safe; blocking: disk. One process at a time.
class JobLogStore {
public:
    /// `unavailable` where the folder can't be made or read.
    static Result<JobLogStore> open(const std::filesystem::path& folder, JobLogLimits limits, const Clock& clock);

    JobLogStore(JobLogStore&&) noexcept;
    JobLogStore& operator=(JobLogStore&&) noexcept;
    ~JobLogStore();

    /// `masks`: secrets that are known by their value, beside those that are known by their form. `conflict` with
    /// reason `log_complete`, or `log_busy` when another appender has it.
    Result<JobLogAppender> open_for_append(const JobLogKey& key, std::shared_ptr<const Masks> masks = nullptr);

    /// Nothing where the log was never asked for, or has gone.
    std::optional<StoredJobLog> find(const JobLogKey& key) const;

    /// Reads it, also while it is appended to. `not_found` with reason `log_not_found`.
    Result<JobLogReader> read(const JobLogKey& key) const;

    /// Takes away a run's logs, those that are being written excepted.
    void remove_run(std::int64_t run);

    /// Takes away what is too old or too much; also done at each finish() that makes it too much.
    void tidy();

    std::uint64_t total_bytes() const;

private:
    friend class JobLogAppender;
    struct State;
    explicit JobLogStore(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace flux::logs
