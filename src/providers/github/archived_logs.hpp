#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/run.hpp"
#include "logs/job_log_store.hpp"
#include "net/http_client.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/github_options.hpp"
#include "providers/github/shared_answer.hpp"

namespace flux::providers::github {

/// A job's name as it stands in the archive of its run's logs: without `/` and `:`, 90 UTF-16 units of it, trimmed.
std::string name_in_archive(std::string_view job);

/// Logs out of the archive that GitHub makes of an attempt when its run is over: for jobs whose log it has not by
/// itself. What is in the archive is taken for hostile (logs/archive.hpp), and of its layout nothing is believed but
/// which job a log is of. Thread-safe.
class ArchivedLogs {
public:
    /// All of them outlive it.
    ArchivedLogs(const GithubOptions& options, ApiClient& api, net::HttpClient& downloads, async::BlockingPool& pool);

    /// Gives `log`, which is empty, all bytes of the job's log, but does not finish it. Jobs of one attempt share a
    /// download; at most 64 MiB of it are held in memory, and 32 MiB for one log, as long as somebody takes from it.
    /// `not_found` when there is no archive or not that job in it; then, as with any other error, `log` is as empty as
    /// before.
    async::Task<Result<bool>> append(const builds::Run& run, const builds::Job& job,
                                     std::shared_ptr<logs::JobLogAppender> log);

private:
    struct Archive;
    using Coming = SharedAnswer<std::shared_ptr<Archive>>;
    using Key = std::pair<builds::RunId, int>;  ///< run and attempt

    async::Task<Result<std::shared_ptr<Archive>>> open(Key key);
    async::Task<Result<std::shared_ptr<Archive>>> download(Key key);

    const GithubOptions& options_;
    ApiClient& api_;
    net::HttpClient& downloads_;
    async::BlockingPool& pool_;

    std::mutex mutex_;
    std::map<Key, std::weak_ptr<Coming>> coming_;
};

}  // namespace flux::providers::github
