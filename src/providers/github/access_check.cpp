#include "providers/github/access_check.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/id.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "net/url.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

using Findings = std::vector<AccessFinding>;

/// Whether a reply shows that the permission is there, and else what to do.
AccessFinding permission(const ApiClient& api, const Result<net::HttpReply>& reply, std::string name,
                         std::string what) {
    AccessFinding finding{.name = fmt::format("permission {}", name), .works = false, .detail = {}};
    if (!reply) {
        finding.detail = reply.error().message;
    } else if (reply->status == 403 || reply->status == 404) {
        auto error = api.error_of(*reply, what);
        finding.detail =
            reply->status == 403 && reply->field("x-accepted-github-permissions")
                ? error.message
                : fmt::format("The credentials may not {}. Give the token or App the repository permission {}.", what,
                              name);
    } else if (reply->status >= 400 && reply->status != 409 && reply->status != 422) {
        finding.detail = api.error_of(*reply, what).message;
    } else {
        finding.works = true;
    }
    return finding;
}

async::Task<AccessFinding> may_dispatch(ApiClient& api, std::string file) {
    std::string body;
    json::Writer{body}.object().key("ref").string("refs/heads/flux-mcp-check-" + random_id(8)).end_object();
    const auto path = fmt::format("/actions/workflows/{}/dispatches", net::percent_encoded(file));
    const auto reply = co_await api.send("POST", api.of_repository(path), std::move(body));
    co_return permission(api, reply, "Actions: write", "start workflows");
}

/// Asks for a deployment of a branch that there is not: whoever may make one is told that, and nothing is made.
async::Task<AccessFinding> may_deploy(ApiClient& api) {
    std::string body;
    json::Writer{body}
        .object()
        .key("ref")
        .string("refs/heads/flux-mcp-check-" + random_id(8))
        .key("auto_merge")
        .boolean(false)
        .end_object();
    const auto reply = co_await api.send("POST", api.of_repository("/deployments"), std::move(body));
    co_return permission(api, reply, "Deployments: write",
                         "mark deployments as inactive, as builds.removePreview does");
}

async::Task<AccessFinding> registered(ApiClient& api, std::string file) {
    AccessFinding finding{.name = "workflow", .works = false, .detail = {}};
    const auto reply = co_await api.get(api.of_repository("/actions/workflows/" + net::percent_encoded(file)));
    if (!reply) {
        finding.detail = reply.error().message;
    } else if (reply->status == 404) {
        auto all = co_await api.get_all(api.of_repository("/actions/workflows?per_page=100"), "list the workflows",
                                        "workflows", 100);
        std::string names;
        if (all) {
            for (const auto& item : all->items) {
                const auto path = text_of(as_object(item), "path");
                names += fmt::format("{}{}", names.empty() ? "" : ", ", path.substr(path.rfind('/') + 1));
            }
        }
        finding.detail = fmt::format(
            "{} has no workflow `{}` on its default branch. {} Put the file there, or set "
            "GITHUB_WORKFLOW_FILE to another one.",
            api.repository(), workflow_path(file),
            names.empty() ? "It has none at all." : fmt::format("It has: {}.", to_utf8(names)));
    } else if (reply->status != 200) {
        finding.detail = api.error_of(*reply, "read the workflow").message;
    } else {
        const auto tree = tree_of(reply->body);
        const auto state = tree ? text_of(as_object(*tree), "state") : std::string{};
        finding.works = state == "active";
        finding.detail = finding.works ? workflow_path(file)
                                       : fmt::format("`{}` is {} on GitHub. Enable it there, under Actions.",
                                                     workflow_path(file), to_utf8(state));
    }
    co_return finding;
}

async::Task<AccessFinding> dispatchable(WorkflowFiles& files, std::string branch) {
    AccessFinding finding{.name = "workflow_dispatch", .works = false, .detail = {}};
    auto name = builds::BranchName::parse(branch);
    if (!name) {
        finding.detail = name.error().message;
        co_return finding;
    }
    auto head = co_await files.head_of(*name);
    if (!head) {
        finding.detail = head.error().message;
        co_return finding;
    }
    auto found = co_await files.find(*std::move(head), branch, files.usual_file());
    finding.works = found.has_value();
    if (!found) {
        finding.detail = found.error().message;
    } else if (!found->workflow) {
        finding.detail = found->notes.front();
    } else {
        finding.detail = fmt::format("{} inputs declared on {}", found->workflow->on.inputs.size(), branch);
    }
    co_return finding;
}

}  // namespace

async::Task<std::vector<AccessFinding>> check_access(ApiClient& api, WorkflowFiles& files) {
    Findings findings;
    const auto begin = std::chrono::steady_clock::now();
    const auto reply = co_await api.get(api.of_repository(""));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    if (!reply) {
        findings.push_back({"GitHub", false, reply.error().message});
        co_return findings;
    }
    if (reply->status == 401) {
        findings.push_back(
            {"GitHub credentials", false,
             fmt::format("{} refuses them (401: {}). The token is wrong, expired or revoked. Make a new one and set "
                         "GITHUB_TOKEN, or correct the GitHub App's settings.",
                         api.api_url(), message_of(*reply))});
        co_return findings;
    }
    findings.push_back({"GitHub credentials", true, fmt::format("{} answers in {} ms", api.api_url(), took.count())});
    if (reply->status != 200) {
        findings.push_back(
            {"repository", false,
             reply->status == 404
                 ? fmt::format("There is no {}, or the credentials may not see it. Correct GITHUB_OWNER and "
                               "GITHUB_REPO, or give the token access to that repository (Metadata: read).",
                               api.repository())
                 : api.error_of(*reply, "read the repository").message});
        co_return findings;
    }
    const auto tree = tree_of(reply->body);
    const auto branch = tree ? text_of(as_object(*tree), "default_branch") : std::string{};
    findings.push_back({"repository", true, fmt::format("{} (default branch {})", api.repository(), branch)});

    const auto runs = co_await api.get(api.of_repository("/actions/runs?per_page=1"));
    auto finding = permission(api, runs, "Actions: read", "read workflow runs");
    const bool reads_actions = finding.works;
    findings.push_back(std::move(finding));
    const auto contents = co_await api.get(api.of_repository("/git/ref/heads/" + branch));
    finding = permission(api, contents, "Contents: read", "read branches and files");
    const bool reads_contents = finding.works;
    findings.push_back(std::move(finding));
    const auto deployments = co_await api.get(api.of_repository("/deployments?per_page=1"));
    finding = permission(api, deployments, "Deployments: read", "read deployments, where the URL of a preview is");
    const bool reads_deployments = finding.works;
    findings.push_back(std::move(finding));
    if (reads_deployments) findings.push_back(co_await may_deploy(api));

    bool known = false;
    if (reads_actions) {
        auto workflow = co_await registered(api, files.usual_file());
        known = workflow.works;
        findings.push_back(std::move(workflow));
    }
    if (known && reads_contents) findings.push_back(co_await dispatchable(files, branch));
    if (known) findings.push_back(co_await may_dispatch(api, files.usual_file()));
    if (const auto quota = api.quota()) {
        findings.push_back({"GitHub quota", quota->remaining > 0,
                            fmt::format("{} of {} requests left until {}", quota->remaining, quota->limit,
                                        rfc3339_seconds(quota->reset_at))});
    }
    co_return findings;
}

}  // namespace flux::providers::github
