#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "builds/run.hpp"
#include "logs/job_log.hpp"
#include "providers/local/job_execution.hpp"
#include "providers/local/run_records.hpp"

namespace flux::providers::local {

/// Thrown through run_job() when the server stops: no further step may start.
struct Abandoned {};

/// A job of an attempt that goes on: what run_job() tells becomes records and log.
///
/// The members of JobSink belong to the job's thread; all others are thread-safe. A record that can't be written now
/// (the disk is full) is written later by save_again(); a log line that can't be written throws.
class LiveJob final : public JobSink {
public:
    /// `changed` hears of each change; `noted` of each note. Both are called without any lock.
    LiveJob(builds::Job job, RunRecords& records, const Clock& clock, std::function<void()> changed,
            std::function<void(const std::string&)> noted);

    /// With the lines that readers see.
    builds::Job snapshot() const;
    std::int64_t id() const;

    /// The job's display name and what it waits for.
    void describe(std::string name, std::string reason);

    /// From now on it runs, and writes its log into `folder`. Throws std::system_error when that can't be made.
    void begin(const std::filesystem::path& folder);
    /// Steps that haven't ended get `cancelled` or `skipped`.
    void end(builds::Conclusion conclusion, std::string reason);
    /// As begin() and end(), for a job that never runs.
    void settle(builds::Conclusion conclusion, std::string reason);

    /// A line of the runner itself, outside of the steps' own output. Does nothing before begin().
    void remark(std::string_view text);

    /// No step starts any more: the next one throws Abandoned.
    void abandon() { abandoned_ = true; }

    /// Lets readers see what is held back; whether there were new lines since the last time.
    bool flush_log();
    void save_again();

    void steps_planned(const std::vector<std::string>& names) override;
    void step_named(int step, const std::string& name) override;
    void step_started(int step) override;
    void step_finished(int step, builds::Conclusion conclusion) override;
    void line(int step, std::string_view text, bool truncated) override;
    void note(const std::string& text) override;

private:
    builds::Step* step_of(int number);
    void count_line(int step, std::int64_t number);
    void save();

    RunRecords& records_;
    const Clock& clock_;
    const std::function<void()> changed_;
    const std::function<void(const std::string&)> noted_;

    mutable std::mutex mutex_;
    builds::Job job_;
    std::optional<logs::JobLogWriter> log_;
    std::int64_t lines_seen_ = 0;
    bool unsaved_ = false;
    std::atomic<bool> abandoned_ = false;
};

}  // namespace flux::providers::local
