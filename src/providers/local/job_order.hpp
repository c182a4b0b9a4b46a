#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "builds/run.hpp"
#include "workflow/plan.hpp"
#include "workflow/value.hpp"
#include "workflow/workflow.hpp"

namespace flux::providers::local {

/// What is the same for every job of one attempt of a run.
struct RunFacts {
    builds::RunId run_id = 0;
    int attempt = 1;
    std::int64_t run_number = 1;            ///< counts the runs of this workflow
    std::filesystem::path git_directory;    ///< of the local repository: where checkout takes its objects from
    std::string repository = "local/site";  ///< `owner/name`, for GITHUB_REPOSITORY
    std::string default_branch;
    std::string head_sha;
    std::string branch;
    std::string commit_subject;
    std::string actor = "local";
    std::string workflow_name;
    std::string workflow_file;     ///< `deploy.yml`; under `.github/workflows/`
    workflow::Value inputs;        ///< workflow::DispatchInputs::inputs
    workflow::Value event_inputs;  ///< workflow::DispatchInputs::event
    std::string preview_url;       ///< where the run's site will be, ends in `/`; known in advance
    std::string server_url = "http://127.0.0.1:8787";
    std::vector<std::pair<std::string, std::string>> vars;
    std::vector<std::pair<std::string, Secret>> secrets;
    bool debug = false;  ///< show `::debug::` lines
};

/// How a job that this one needs has ended.
struct NeedResult {
    std::string key;
    workflow::JobResult result = workflow::JobResult::success;
    std::vector<std::pair<std::string, std::string>> outputs;
};

/// Absolute paths, all of them this job attempt's own unless said otherwise. run_job() makes what is missing and, where
/// the sandbox runs jobs under another user id, gives the first four to that user.
struct JobDirectories {
    std::filesystem::path workspace;  ///< empty at the start
    std::filesystem::path temp;       ///< RUNNER_TEMP; the job's private /tmp lies beside its scripts
    std::filesystem::path home;
    std::filesystem::path artifacts;             ///< shared by the jobs of one attempt; no job sees it
    std::filesystem::path staging;               ///< for JobOutcome::site; no job sees it
    std::optional<std::filesystem::path> tools;  ///< FLUX_TOOLS: `<tool>/<version>/<arch>/bin`, read-only for jobs
};

/// Everything that one job of one attempt needs. What points to the workflow outlives run_job().
struct JobOrder {
    RunFacts run;
    const workflow::Workflow* workflow = nullptr;
    const workflow::Job* job = nullptr;
    std::int64_t job_id = 0;
    std::string display_name;
    workflow::Value matrix;    ///< workflow::Combination::matrix
    workflow::Value strategy;  ///< workflow::strategy_context()
    std::vector<NeedResult> needs;
    JobDirectories directories;
    std::chrono::minutes default_timeout{360};
    std::size_t step_log_bytes = std::size_t{64} * 1024 * 1024;  ///< beyond it a step's log is cut in the middle
    bool strict_tools = false;  ///< setup-node and setup-python fail, rather than warn, where no version matches
};

}  // namespace flux::providers::local
