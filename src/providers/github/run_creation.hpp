#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/background.hpp"
#include "providers/github/github_options.hpp"
#include "providers/github/request_records.hpp"
#include "providers/github/run_matching.hpp"
#include "providers/github/shared_answer.hpp"
#include "providers/github/watched_runs.hpp"
#include "providers/github/workflow_files.hpp"

namespace flux::providers::github {

/// Starts runs and knows which one it started. A dispatch is written down before it goes and sent once; where GitHub's
/// answer is lost or names no run, the run is looked for and never started a second time. Thread-safe.
class RunCreation {
public:
    /// All of them outlive it.
    RunCreation(const GithubOptions& options, ApiClient& api, WorkflowFiles& files, RequestRecords& records,
                WatchedRuns& watched, Background& background, async::BlockingPool& pool, const Clock& clock);

    /// As builds::Provider::create. Beside its errors: `unavailable` with `dispatch_outcome_unknown` where nobody knows
    /// yet whether a run was started, `conflict` with `run_ambiguous`, naming the candidates.
    async::Task<Result<builds::Created>> create(builds::CreateRequest request);

private:
    struct Order;
    struct Dispatched {
        builds::RunId run = 0;
        std::string html_url;
        const char* by = "run_details";
    };

    async::Task<> create_for_all(builds::CreateRequest request, std::vector<std::string> keys,
                                 AnswerPromise<builds::Created> promise);
    async::Task<Result<builds::Created>> make(builds::CreateRequest request);
    async::Task<Result<std::optional<builds::Created>>> answered_before(builds::CreateRequest request,
                                                                        std::string digest);
    async::Task<Result<std::optional<builds::Created>>> answer_with(RequestRecord record, const char* by,
                                                                    bool even_failed);
    async::Task<Result<Order>> prepare(builds::CreateRequest request, std::string digest);
    async::Task<Result<builds::Created>> start(Order order);
    async::Task<Result<Dispatched>> dispatch(const Order& order, RequestRecord record);
    async::Task<> learn_about_details();
    async::Task<Result<net::HttpReply>> post(const Order& order);
    async::Task<Result<Dispatched>> look_for(RequestRecord record, std::set<builds::RunId> before,
                                             std::vector<int> pauses_s);
    async::Task<Result<Match>> match_now(RequestRecord record, std::set<builds::RunId> before);
    async::Task<std::set<builds::RunId>> runs_before(RequestRecord record);
    std::string list_path(const RequestRecord& record) const;
    async::Task<Result<std::vector<builds::Run>>> list_runs(std::string path);
    async::Task<> list_for_all(std::string path, AnswerPromise<std::vector<builds::Run>> promise);
    async::Task<builds::Run> first_look(const Order& order, Dispatched dispatched);
    Error refusal(const net::HttpReply& reply, const Order& order) const;
    std::vector<std::string> keys_of(const builds::CreateRequest& request, const std::string& digest) const;
    WallTime github_now() const;

    const GithubOptions& options_;
    ApiClient& api_;
    WorkflowFiles& files_;
    RequestRecords& records_;
    WatchedRuns& watched_;
    Background& background_;
    async::BlockingPool& pool_;
    const Clock& clock_;

    std::atomic<bool> knows_details_ = false;
    std::atomic<bool> gives_details_ = true;  ///< an older Enterprise Server refuses to be asked for the run's id

    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<SharedAnswer<builds::Created>>> in_progress_;
    struct List {
        std::shared_ptr<SharedAnswer<std::vector<builds::Run>>> answer;
        SteadyTime begun_at{};
    };
    std::map<std::string, List> lists_;  ///< of the last second, by their path
};

}  // namespace flux::providers::github
