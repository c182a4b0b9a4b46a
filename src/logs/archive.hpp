#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "logs/log_tail.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

/// What an archive from outside may be. A log that says the same over and over packs 400:1, so the ratio counts only
/// where much has come out.
struct ArchiveLimits {
    std::uint64_t packed = std::uint64_t{100} << 20U;
    std::uint64_t unpacked = std::uint64_t{512} << 20U;  ///< of all members that are read
    std::size_t members = 10'000;
    std::uint64_t ratio = 1000;
    std::uint64_t ratio_counts_from = std::uint64_t{16} << 20U;
    /// Members up to this are unpacked in memory at once, larger ones as a stream.
    std::uint64_t at_once = std::uint64_t{64} << 20U;
};

/// Whether a file with this beginning is a zip archive.
bool is_zip(std::string_view front);

/// The zip of logs that GitHub makes of a run, or any other with logs in it. Nothing of it is ever written to the disk.
///
/// GitHub's has `N_JOB.txt` for each job, and mostly `JOB/N_STEP.txt` for its steps, which are preferred because they
/// name them. In others every `.txt` and `.log` is a job's. Names are cleaned; members that are no plain files, lie
/// deeper, leave the archive (`..`, absolute), come twice or are archives themselves are passed over.
class LogArchive {
public:
    /// `too_large`; `unsupported` for what isn't a zip, or is encrypted; `upstream_failed` for one that is damaged.
    static Result<LogArchive> open(std::string bytes, ArchiveLimits limits = {});

    LogArchive(LogArchive&&) noexcept;
    LogArchive& operator=(LogArchive&&) noexcept;
    ~LogArchive();

    struct Member {
        std::string job;
        std::string step;  ///< empty: the whole job
        std::uint64_t index = 0;
    };
    /// In the order in which they make one log: by job as the archive has them, by step number.
    const std::vector<Member>& members() const;

    /// What makes the log of one job: the file of the whole job, or else those of its steps in their order. Empty: the
    /// archive doesn't know it.
    std::vector<Member> of_job(std::string_view job) const;

    /// Hands out the member's bytes in pieces: a whole one where it is unpacked at once, as it is verified by then.
    /// Errors as of open(); pieces that came before stay valid.
    Result<void> read(const Member& member, const std::function<void(std::string_view)>& sink);

private:
    struct State;
    explicit LogArchive(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

/// Feeds all logs of an archive to `builder`, one behind the other. What came before an error stays fed.
Result<void> read_archive(std::string bytes, RawLogBuilder& builder, ArchiveLimits limits = {});

/// All logs of an archive as one.
Result<RawLog> decode_archive(std::string bytes, ArchiveLimits limits = {});

/// Hands out the last `lines` lines of each job of an archive, numbered as in its decode_archive, in bounded memory
/// however many jobs there are. Errors as there; jobs that came before stay valid.
Result<void> read_job_tails(std::string bytes, std::size_t lines,
                            const std::function<void(const std::string& job, const LastLines&)>& sink,
                            ArchiveLimits limits = {});

}  // namespace flux::logs
