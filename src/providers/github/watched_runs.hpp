#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "async/blocking_pool.hpp"
#include "async/changes.hpp"
#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/background.hpp"
#include "providers/github/github_options.hpp"
#include "providers/github/job_logs.hpp"
#include "providers/github/request_records.hpp"
#include "providers/github/runs_feed.hpp"
#include "providers/github/shared_answer.hpp"

namespace flux::providers::github {

/// What GitHub says about runs, asked for once however many want to know: one watch a run polls while somebody waits,
/// more seldom the longer nothing moves, and at once when a webhook says that something did. Thread-safe.
class WatchedRuns {
public:
    /// All of them outlive it.
    WatchedRuns(const GithubOptions& options, ApiClient& api, net::HttpClient& probes, RequestRecords& records,
                JobLogs& logs, RunsFeed& feed, Background& background, async::BlockingPool& pool, const Clock& clock);

    /// The newest attempt. Where GitHub can't be asked, what was known within the last minutes, with a note that says
    /// so.
    async::Task<Result<builds::Run>> find(builds::RunId run);

    /// nullptr when nothing about the run can change any more but by doing it again.
    std::shared_ptr<builds::RunWatch> watch(builds::RunId run);

    /// A run that was just started: known here before GitHub's own lists know it.
    void seed(builds::Run run);

    /// Something about the run changed: ask again now. `known_only`: only if it is watched.
    void poke(builds::RunId run, bool known_only);

    /// The run's preview was removed.
    void set_preview(builds::RunId run, const builds::Preview& preview);

    /// A webhook came: polling may be slow for a while.
    void hooks_work();

    /// When it was cancelled first, if it was within the last minutes.
    std::optional<SteadyTime> cancelled_at(builds::RunId run);
    void note_cancel(builds::RunId run);

private:
    struct Watched;

    std::shared_ptr<Watched> watched(builds::RunId run);
    void make_room();
    async::Task<Result<builds::Run>> refresh(std::shared_ptr<Watched> watched);
    async::Task<> refresh_for_all(std::shared_ptr<Watched> watched, AnswerPromise<builds::Run> promise);
    async::Task<Result<builds::Run>> fetch(std::shared_ptr<Watched> watched);
    async::Task<Result<void>> add_jobs(builds::Run& run, Watched& watched);
    async::Task<> add_approvals(builds::Run& run);
    async::Task<> add_preview(builds::Run& run, Watched& watched);
    void gather_logs(const builds::Run& run, const std::shared_ptr<Watched>& watched);
    async::Task<> take_logs(std::shared_ptr<Watched> watched);
    async::Task<> show_logs(std::shared_ptr<Watched> watched);
    async::Task<> wait_for_logs(std::shared_ptr<Watched> watched);
    void explain_missing(builds::Run& run) const;
    async::Task<> recall_preview(builds::Run& run, Watched& watched);
    async::Task<> look_for_preview(builds::Run& run, Watched& watched);
    /// Whether there is nothing left to search: a URL was found, or each log is here and names none.
    async::Task<bool> search_logs(builds::Run& run, Watched& watched);
    bool should_look(const builds::Run& run, Watched& watched) const;
    void settle_preview(builds::Run& run, bool searched) const;
    async::Task<> poll(std::shared_ptr<Watched> watched);
    void publish(Watched& watched, builds::Run& run);
    void start_polling(const std::shared_ptr<Watched>& watched);
    bool is_fresh(const Watched& watched, SteadyTime now) const;
    std::chrono::milliseconds interval_of(const Watched& watched) const;

    const GithubOptions& options_;
    ApiClient& api_;
    net::HttpClient& probes_;
    RequestRecords& records_;
    JobLogs& logs_;
    RunsFeed& feed_;
    Background& background_;
    async::BlockingPool& pool_;
    const Clock& clock_;

    std::mutex mutex_;
    std::map<builds::RunId, std::shared_ptr<Watched>> runs_;
    std::atomic<SteadyTime> hooked_at_{SteadyTime{} - std::chrono::hours{24}};
};

/// Everything about a run that a reader can see, as text: different when something moved.
std::string fingerprint(const builds::Run& run);

/// How long until a run of so many jobs, which showed no news the last `unchanged` times, is looked at again without
/// webhooks.
std::chrono::milliseconds poll_interval(const GithubOptions& options, int unchanged, std::size_t jobs);

/// Whether nothing about the run or its preview can change any more.
bool is_settled(const builds::Run& run);

}  // namespace flux::providers::github
