#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "providers/github/request_fields.hpp"

namespace flux::providers::github {

/// What the provider works on, and how. Times and counts are limits, not hints.
struct GithubOptions {
    std::string api_url = "https://api.github.com";  ///< without a slash at the end; GHES: `https://HOST/api/v3`
    std::string owner;
    std::string repository;
    std::string workflow_file = "deploy.yml";  ///< under `.github/workflows/`, where a request names none
    /// Whether, where that file is missing, the only one that can be dispatched stands in for it.
    bool any_workflow = true;

    /// One of three: a GitHub App, a token in a file, a token.
    std::string app_id;
    Secret app_key;
    std::string installation_id;  ///< empty: found by the repository
    std::optional<std::filesystem::path> token_file;
    Secret token;

    std::string preview_url_pattern;  ///< FLUX_PREVIEW_URL_PATTERN: RE2, the first group (or all of it) is the URL
    std::optional<bool> probe_private_addresses;  ///< without it: only where GitHub itself is an Enterprise Server
    std::filesystem::path directory;              ///< for records and logs
    std::string certificate_file;                 ///< further roots to trust, PEM; empty: none

    std::chrono::seconds reuse_window{600};  ///< how long the same request answers with the same run
    std::chrono::milliseconds first_interval{3'000};
    std::chrono::milliseconds longest_interval{20'000};
    std::chrono::milliseconds interval_with_webhooks{60'000};
    std::size_t requests_at_once = 8;
    std::size_t downloads_at_once = 4;
    std::size_t watched_runs = 500;  ///< kept in memory
    std::chrono::hours log_life{24 * 30};

    /// Whether GitHub itself is in the open internet: github.com or a data-residency ghe.com, not an Enterprise Server.
    bool on_github_com() const;

    /// What is spoken before GitHub has said what it is.
    ApiVersion api_version() const { return on_github_com() ? ApiVersion::of_2026 : ApiVersion::of_2022; }

    /// Where a preview may lie that is looked at.
    bool previews_may_be_private() const { return probe_private_addresses.value_or(!on_github_com()); }

    std::string full_name() const { return owner + "/" + repository; }
};

/// FLUX_PREVIEW_URL_PATTERN as it is, if it is a regular expression in RE2's syntax with one group at most.
Result<std::string> preview_url_pattern(std::string_view text);

}  // namespace flux::providers::github
