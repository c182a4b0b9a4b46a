#pragma once

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/request_records.hpp"
#include "providers/github/workflow_files.hpp"

namespace flux::providers::github {

/// The pages of builds::Provider: at most 100 items each. Thread-safe.
class Listings {
public:
    Listings(ApiClient& api, WorkflowFiles& files, RequestRecords& records, async::BlockingPool& pool)
        : api_{api}, files_{files}, records_{records}, pool_{pool} {}

    async::Task<Result<builds::Page<builds::Run>>> runs(builds::ListQuery query);
    /// Of runs that this server has looked at: GitHub has no list of them.
    async::Task<Result<builds::Page<builds::Preview>>> previews(builds::ListQuery query);
    /// Those whose name contains `query.branch`.
    async::Task<Result<builds::Page<builds::Branch>>> branches(builds::ListQuery query);
    async::Task<Result<builds::Page<builds::Workflow>>> workflows(builds::ListQuery query);

private:
    async::Task<> add_head(builds::Branch& branch, std::string principal);

    ApiClient& api_;
    WorkflowFiles& files_;
    RequestRecords& records_;
    async::BlockingPool& pool_;
};

}  // namespace flux::providers::github
