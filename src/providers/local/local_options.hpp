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
#include "previews/site_address.hpp"

namespace flux::providers::local {

/// How the embedded runner works. Times and counts are limits, not hints.
struct LocalOptions {
    std::filesystem::path repository;            ///< a git repository, bare or with a work tree
    std::string repository_name = "local/site";  ///< `owner/name`, as workflows see it
    std::string workflow_file = "deploy.yml";    ///< under `.github/workflows/`, where a request names none
    bool any_workflow = true;  ///< where the branch has not that file, take its only one that can be dispatched
    std::string server_url = "http://127.0.0.1:8787";  ///< where people see runs: `<server_url>/runs/12`
    previews::SiteAddresses addresses{8788};           ///< of previews, as clients are told them
    std::uint16_t preview_port = 8788;                 ///< where previews are served on this machine
    std::optional<std::filesystem::path> tools;        ///< FLUX_TOOLS
    bool strict_tools = false;                         ///< FLUX_STRICT_TOOLS

    std::size_t jobs_at_once = 2;
    std::size_t unfinished_runs = 64;  ///< more are refused
    std::chrono::minutes job_timeout{360};
    std::size_t step_log_bytes = std::size_t{64} * 1024 * 1024;

    std::chrono::seconds reuse_window{600};  ///< how long the same request answers with the same run
    std::chrono::hours preview_life{24 * 7};
    std::chrono::hours run_life{24 * 30};
    std::size_t runs_kept = 200;

    std::vector<std::pair<std::string, std::string>> vars;
    std::vector<std::pair<std::string, Secret>> secrets;
};

}  // namespace flux::providers::local
