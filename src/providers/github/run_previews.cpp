#include "providers/github/run_previews.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "net/url.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

using builds::PreviewState;

constexpr std::size_t most_deployments = 20;
constexpr int most_redirects = 3;

struct Deployment {
    std::int64_t id = 0;
    std::string environment;
    std::string creator;
    std::string state;
    std::string url;
    std::string description;
    bool ours = false;
};

/// What the statuses of a deployment, newest first, say.
void take_statuses(Deployment& deployment, const boost::json::array& statuses, builds::RunId run) {
    for (const auto& item : statuses) {
        const auto& status = as_object(item);
        if (deployment.state.empty()) {
            deployment.state = text_of(status, "state");
            deployment.description = text_of(status, "description");
        }
        if (deployment.url.empty()) {
            const auto url = net::Url::parse(text_of(status, "environment_url"));
            if (url) deployment.url = url->text();
        }
        deployment.ours = deployment.ours || leads_to_run(text_of(status, "log_url"), run) ||
                          leads_to_run(text_of(status, "target_url"), run);
    }
}

PreviewState state_of(const Deployment& deployment) {
    if (deployment.state == "success") return PreviewState::deployed;
    if (deployment.state == "inactive") return PreviewState::expired;
    if (deployment.state == "failure" || deployment.state == "error") return PreviewState::failed;
    return PreviewState::building;
}

/// Previews before other environments, what has a URL before what has none, the newest before the older ones.
bool is_better(const Deployment& a, const Deployment& b) {
    const auto rank = [](const Deployment& one) {
        const bool named = ascii_lower(one.environment).find("preview") != std::string::npos;
        return std::tuple{!one.url.empty(), named, one.id};
    };
    return rank(a) > rank(b);
}

std::string reason_of(const Deployment& deployment, PreviewState state) {
    const auto name = shortened(to_utf8(deployment.environment), 80);
    if (state == PreviewState::expired) return fmt::format("Its deployment to `{}` is not active any more.", name);
    if (state == PreviewState::failed) {
        return fmt::format("Its deployment to `{}` failed{}{}.", name, deployment.description.empty() ? "" : ": ",
                           shortened(to_utf8(deployment.description), 140));
    }
    return {};
}

}  // namespace

bool leads_to_run(std::string_view link, builds::RunId run) {
    const auto wanted = fmt::format("/actions/runs/{}", run);
    const auto at = link.find(wanted);
    if (at == std::string_view::npos) return false;
    const auto rest = link.substr(at + wanted.size());
    return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

async::Task<Result<FoundPreview>> find_preview(ApiClient& api, builds::Run run) {
    FoundPreview found;
    auto path = api.of_repository(fmt::format("/deployments?sha={}&per_page=100", net::percent_encoded(run.head_sha)));
    auto tree = co_await api.get_json(std::move(path), "list the deployments");
    if (!tree) co_return fail(std::move(tree.error()));

    std::vector<Deployment> ours;
    const auto list = list_in(*tree, {});
    if (!list) co_return fail(list.error());
    for (std::size_t i = 0; i < list->size() && i < most_deployments; ++i) {
        const auto& object = as_object((*list)[i]);
        Deployment deployment;
        deployment.id = number_of(object, "id");
        deployment.environment = text_of(object, "environment");
        deployment.creator = text_of(object_of(object, "creator"), "login");
        auto statuses = co_await api.get_json(
            api.of_repository(fmt::format("/deployments/{}/statuses?per_page=30", deployment.id)), "read a deployment");
        if (!statuses) co_return fail(std::move(statuses.error()));
        take_statuses(deployment, as_array(*statuses), run.id);
        if (deployment.ours) {
            found.deployments.push_back(deployment.id);
            ours.push_back(std::move(deployment));
        } else if (deployment.creator != "github-actions[bot]" && !deployment.url.empty()) {
            found.notes.push_back(fmt::format("{} deployed the same commit to {}.",
                                              shortened(to_utf8(deployment.creator), 60), deployment.url));
        }
    }
    if (ours.empty()) co_return found;
    const auto best = *std::ranges::min_element(ours, is_better);
    found.state = state_of(best);
    found.url = best.url;
    found.reason = reason_of(best, found.state);
    co_return found;
}

async::Task<ProbeAnswer> probe_preview(net::HttpClient& http, std::string url, bool may_be_private) {
    ProbeAnswer answer;
    for (int followed = 0; followed <= most_redirects; ++followed) {
        const auto here = net::Url::parse(url);
        if (!here) {
            answer.reason = "it leads to something that is no web address";
            co_return answer;
        }
        net::HttpRequest request;
        request.url = here->text();
        request.fields = {{"User-Agent", "flux-mcp (preview check)"}, {"Accept", "text/html,*/*"}};
        request.reach = may_be_private ? net::Reach::not_link_local : net::Reach::public_only;
        request.total_limit = std::chrono::milliseconds{8'000};
        auto reply = co_await http.open(std::move(request));
        if (!reply) {
            auto why = reply.error().message;
            while (why.ends_with('.')) why.pop_back();
            answer.reason = why;
            co_return answer;
        }
        const auto& head = (*reply)->head();
        const auto location = head.field("location");
        if (head.status >= 300 && head.status < 400 && location) {
            const auto there = here->resolved(*location);
            if (!there) {
                answer.reason = "it leads to something that is no web address";
                co_return answer;
            }
            url = there->text();
            continue;
        }
        answer.reachable = head.status < 400 || head.status == 401 || head.status == 403;
        if (head.status >= 400) {
            answer.reason = answer.reachable ? fmt::format("It asks visitors to sign in ({}).", head.status)
                                             : fmt::format("its front page answers with {}", head.status);
        }
        co_return answer;
    }
    answer.reason = "it sends from one address to the next without end";
    co_return answer;
}

}  // namespace flux::providers::github
