#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "builds/provider.hpp"
#include "builds/run.hpp"
#include "store/database.hpp"

namespace flux::providers::local {

/// What of a job isn't for clients, but for a later attempt and for finding its log.
struct JobRemains {
    std::int64_t log_job = 0;  ///< whose log it is: its own, or that of the job it was carried over from
    int log_attempt = 0;
    std::vector<std::pair<std::string, std::string>> outputs;
    std::string site;           ///< folder of the site that it made, below the run's folder; empty: none
    std::string page_url = {};  ///< of the page that it put elsewhere; empty: none
};

/// Whether the preview is a page that others serve: of ours each has a path, too.
inline bool is_elsewhere(const builds::Preview& preview) { return !preview.url.empty() && preview.path_url.empty(); }

/// One attempt of a run, as it is kept. URLs and the preview's alias are not in here but for the reader to fill in;
/// only that of a preview elsewhere is.
struct RunRecord {
    builds::Run run;
    std::vector<JobRemains> remains;  ///< one for each of `run.jobs`
    std::string site_id;              ///< where this attempt's preview is, or would be
    std::string principal;
    std::string inputs;  ///< as given, JSON
    std::string digest;  ///< of what was asked: workflow, branch, inputs
    std::int64_t run_number = 1;
    bool debug = false;
};

/// Who asked with which idempotency key.
struct RequestKey {
    std::string principal;
    std::string key;
};

/// The runs of this machine, durable: what a member has done is on the disk when it returns. Blocks; throws
/// store::DatabaseFailure. Thread-safe.
class RunRecords {
public:
    static Result<std::unique_ptr<RunRecords>> open(const std::filesystem::path& file);

    /// Keeps a new run with its jobs, gives them their ids, and the run its site. Takes `key` along, if there is one.
    void add(RunRecord& record, const std::optional<RequestKey>& key);
    /// Keeps a further attempt of a run and gives its jobs their ids.
    void add_attempt(RunRecord& record);
    /// Keeps a job that turned up later, and returns its id.
    std::int64_t add_job(builds::RunId run, int attempt, const builds::Job& job);

    void save_attempt(const builds::Run& run);
    void save_job(const builds::Job& job);
    void save_remains(std::int64_t job, const JobRemains& remains);
    void save_preview(builds::RunId run, int attempt, builds::PreviewState state, const std::string& reason);

    /// The newest attempt, or the given one.
    std::optional<RunRecord> find(builds::RunId run, int attempt = 0);

    struct KeyUse {
        builds::RunId run = 0;
        std::string digest;
    };
    std::optional<KeyUse> find_key(const RequestKey& key);
    /// From now on `key` answers with `run`.
    void bind_key(const RequestKey& key, const std::string& digest, builds::RunId run);

    /// The newest run of the same request on the same commit that is neither failed nor older than `since`.
    std::optional<builds::RunId> find_same(const std::string& principal, const std::string& digest,
                                           const std::string& sha, WallTime since);

    std::int64_t next_run_number(const std::string& workflow_file);

    /// Newest first, ids below `before` (0: all), without jobs.
    std::vector<RunRecord> list(const builds::ListQuery& query, builds::RunId before);
    /// The same by the state of the preview.
    std::vector<RunRecord> list_previews(const builds::ListQuery& query, builds::RunId before);
    /// The job's log, and whether it can still grow; nothing where the run has no such job.
    struct LogPlace {
        std::int64_t job = 0;
        int attempt = 0;
        bool complete = false;
    };
    std::optional<LogPlace> find_log(builds::RunId run, std::int64_t job);
    /// The run whose attempt has this site.
    std::optional<std::pair<builds::RunId, int>> owner_of_site(const std::string& site_id);

    /// Every attempt that isn't completed.
    std::vector<std::pair<builds::RunId, int>> unfinished();
    /// Completed runs that ended before `time`, and those beyond the newest `kept`.
    std::vector<builds::RunId> outlived(WallTime time, std::size_t kept);
    void remove(builds::RunId run);

private:
    explicit RunRecords(std::unique_ptr<store::Database> database) : database_{std::move(database)} {}

    std::unique_ptr<store::Database> database_;
};

}  // namespace flux::providers::local
