#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "logs/job_log_store.hpp"
#include "net/http_client.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/archived_logs.hpp"
#include "providers/github/background.hpp"
#include "providers/github/github_options.hpp"
#include "providers/github/shared_answer.hpp"

namespace flux::providers::github {

/// The logs of jobs that have ended, fetched once each and kept on the disk. Thread-safe.
///
/// GitHub answers with a signed address on another host, which is followed at once, without credentials, and never
/// shown or kept. It has no log of a job that still runs; one that it lost is looked for in the archive of its run.
class JobLogs {
public:
    using Coming = std::shared_ptr<SharedAnswer<bool>>;

    /// All of them outlive it.
    JobLogs(const GithubOptions& options, logs::JobLogStore store, ApiClient& api, net::HttpClient& downloads,
            Background& background, async::BlockingPool& pool, const Clock& clock);

    /// Begins to fetch the job's log, unless it is here or on its way; everybody shares one download. Otherwise why
    /// there is none, with the time after which it makes sense to look again: `not_found` with reason `log_not_ready`
    /// or `log_never_written`.
    Result<Coming> begin(const builds::Run& run, const builds::Job& job);

    /// Ends when it is here, with why not, or after 20 s as `log_not_ready`; then it is fetched on. `log_expired` when
    /// GitHub has removed it.
    async::Task<Result<void>> fetch(builds::Run run, std::int64_t job);

    /// Fills in how many lines the jobs' logs have and which steps they belong to, as far as they are here, and else
    /// whether they are still to come and why not. Blocks.
    void describe(builds::Run& run);

    /// Reads a log that is here; `not_found` if it isn't. Blocks.
    Result<builds::LogPage> read(const builds::LogQuery& query, int attempt) const;

    /// Searches a log that is here; `not_found` if it isn't. Blocks.
    Result<logs::FoundLines> search(const builds::LogSearch& search, int attempt) const;

    /// The last URL that FLUX_PREVIEW_URL_PATTERN finds at the end of a log that is here; empty: none. Blocks.
    std::string find_url(const logs::JobLogKey& key) const;

private:
    using Appender = std::shared_ptr<logs::JobLogAppender>;

    async::Task<> fetch_for_all(builds::Run run, builds::Job job, AnswerPromise<bool> promise);
    async::Task<Result<bool>> fetch_patiently(builds::Run run, builds::Job job);
    async::Task<Result<bool>> fetch_once(builds::Run run, builds::Job job, Appender log, std::uint64_t& taken);
    async::Task<Result<bool>> stream(std::string location, Appender log, std::uint64_t& taken);
    async::Task<Result<bool>> from_archive(builds::Run run, builds::Job job, Appender log, std::uint64_t taken);
    async::Task<Result<bool>> feed(Appender log, std::string piece);
    async::Task<Result<bool>> finish(builds::Job job, Appender log);
    Error not_there(const builds::Run& run, const builds::Job& job) const;
    void note_problem(std::int64_t job, const Error& error);

    const GithubOptions& options_;
    logs::JobLogStore store_;
    ApiClient& api_;
    net::HttpClient& downloads_;
    Background& background_;
    async::BlockingPool& pool_;
    const Clock& clock_;
    ArchivedLogs archives_;

    std::mutex mutex_;
    std::map<std::int64_t, Coming> in_flight_;  ///< by job
    struct Problem {
        std::string message;
        bool final = false;  ///< no log will come
        SteadyTime noted_at{};
    };
    std::map<std::int64_t, Problem> problems_;             ///< why a job's log isn't here
    std::map<std::int64_t, logs::StoredJobLog> complete_;  ///< what is known of logs that are here
};

}  // namespace flux::providers::github
