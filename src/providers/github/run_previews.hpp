#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/run.hpp"
#include "net/http_client.hpp"
#include "providers/github/api_client.hpp"

namespace flux::providers::github {

/// Where a run's preview is, by GitHub's deployments: a status of a deployment names in `log_url` the run that made it,
/// which is the only link between the two.
struct FoundPreview {
    builds::PreviewState state = builds::PreviewState::building;
    std::string url;  ///< `environment_url`; empty: none yet
    std::string reason;
    std::vector<std::int64_t> deployments;  ///< that belong to the run
    std::vector<std::string> notes;         ///< what others, e.g. a hosting service, deployed of the same commit
};

/// Looks for it. Nothing found: `deployments` and `url` are empty.
async::Task<Result<FoundPreview>> find_preview(ApiClient& api, builds::Run run);

/// Whether a deployment status's link leads to that run: `https://HOST/OWNER/REPO/actions/runs/ID/job/…`.
bool leads_to_run(std::string_view link, builds::RunId run);

struct ProbeAnswer {
    bool reachable = false;
    std::string reason;  ///< why not; or what is particular about it
};

/// Asks a preview for its front page, following at most three redirects, each address checked again: never a link-local
/// one, and a private one only if `may_be_private`; where a proxy leads there, the proxy decides (net::Reach). Carries
/// no credentials. Takes at most about 30 s.
async::Task<ProbeAnswer> probe_preview(net::HttpClient& http, std::string url, bool may_be_private);

}  // namespace flux::providers::github
