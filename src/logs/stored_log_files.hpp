#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "logs/job_log_store.hpp"

namespace flux::logs {

/// What stands beside a downloaded log's text and index: `received`, a line for each stretch of the download, and
/// `complete`, which is there when nothing follows. Writing throws std::system_error.

/// How far a download has come: a line's end.
struct DownloadProgress {
    std::uint64_t received = 0;  ///< bytes of the original
    std::int64_t lines = 0;
    WallTime time{};  ///< of the last line
    bool inside_key = false;
};

void add_progress(const std::filesystem::path& log_folder, const DownloadProgress& progress);

/// The last that is noted and not ahead of the `lines` that are there; zero where nothing is.
DownloadProgress last_progress(const std::filesystem::path& log_folder, std::int64_t lines);

void mark_complete(const std::filesystem::path& log_folder, const StoredJobLog& log, WallTime now);

/// Nothing where the log isn't complete.
std::optional<StoredJobLog> read_complete(const std::filesystem::path& log_folder);

/// Somebody reads it now. Where that can't be noted, the log looks older than it is.
void mark_used(const std::filesystem::path& log_folder, WallTime now);

struct LogOnDisk {
    std::filesystem::path folder;
    std::uint64_t bytes = 0;
    WallTime used_at{};
    bool complete = false;
};

/// All logs of a store, or of one run in it; what can't be read is left out.
std::vector<LogOnDisk> stored_logs_in(const std::filesystem::path& store_folder, std::optional<std::int64_t> run = {});

}  // namespace flux::logs
