#include "providers/github/api_metrics.hpp"

#include <chrono>
#include <optional>
#include <string>

#include "observe/metrics.hpp"
#include "providers/github/api_client.hpp"

namespace flux::providers::github {

namespace {

using State = CircuitBreaker::State;

double seconds_of(WallTime time) { return std::chrono::duration<double>{time.time_since_epoch()}.count(); }

/// The labels of a series about GitHub.
observe::Labels labels(const char* name = nullptr, const char* value = nullptr) {
    observe::Labels labels{{"upstream", "github"}};
    if (name != nullptr) labels.emplace_back(name, value);
    return labels;
}

void show_requests(const ApiClient& api, observe::Metrics& metrics) {
    const auto& outcomes = api.outcomes();
    const auto show = [&metrics](const char* outcome, const observe::Counter& counter) {
        metrics.counter("fluxmcp_upstream_requests_total", "Requests to another server by what came of them.",
                        labels("outcome", outcome), counter);
    };
    show("answered", outcomes.answered);
    show("unchanged", outcomes.unchanged);
    show("refused", outcomes.refused);
    show("rate_limited", outcomes.too_often);
    show("failed", outcomes.failed);
    show("unanswered", outcomes.unanswered);
    show("held_back", outcomes.held_back);
    metrics.gauge("fluxmcp_upstream_requests_waiting", "Requests that wait for their turn.", labels(),
                  [&api] { return static_cast<double>(api.waiting()); });
}

void show_breaker(const ApiClient& api, observe::Metrics& metrics) {
    for (const auto state : {State::closed, State::open, State::half_open}) {
        metrics.gauge("fluxmcp_upstream_circuit_breaker_state", "1 for the state that the circuit breaker is in.",
                      labels("state", name_of(state)), [&api, state] { return api.breaker() == state ? 1.0 : 0.0; });
    }
}

void show_quota(const ApiClient& api, observe::Metrics& metrics) {
    const auto show = [&](const char* name, const char* help, double (*value)(const builds::Quota&)) {
        metrics.gauge(name, help, labels(), [&api, value]() -> std::optional<double> {
            const auto quota = api.quota();
            if (!quota) return std::nullopt;
            return value(*quota);
        });
    };
    show("fluxmcp_upstream_quota_limit", "Requests that are granted an hour.",
         [](const auto& quota) { return static_cast<double>(quota.limit); });
    show("fluxmcp_upstream_quota_remaining", "Requests that are left of them.",
         [](const auto& quota) { return static_cast<double>(quota.remaining); });
    show("fluxmcp_upstream_quota_reset_timestamp_seconds", "When they are granted anew.",
         [](const auto& quota) { return seconds_of(quota.reset_at); });
    metrics.gauge(
        "fluxmcp_upstream_blocked_seconds", "How long nothing is sent, because a limit is reached.", labels(), [&api] {
            const std::chrono::duration<double> left{api.blocked_for().value_or(std::chrono::milliseconds{0})};
            return left.count();
        });
}

}  // namespace

void show_metrics(const ApiClient& api, observe::Metrics& metrics) {
    show_requests(api, metrics);
    show_breaker(api, metrics);
    show_quota(api, metrics);
}

}  // namespace flux::providers::github
