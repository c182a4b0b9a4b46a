#include "app/readiness.hpp"

#include <chrono>
#include <utility>

#include "async/timer.hpp"

namespace flux::app {

namespace {

using transport::Connector;

constexpr std::chrono::seconds between_checks{5};

Connector description_of(const std::string& provider) {
    if (provider == "github") return {.name = "github", .category = "source", .title = "GitHub Actions"};
    return {.name = provider, .category = "runner", .title = "Embedded runner"};
}

/// What this server was not told to use.
Connector unused(Connector connector, std::string reason, std::string cure) {
    connector.state = Connector::State::off;
    connector.reason = std::move(reason);
    connector.cure = std::move(cure);
    return connector;
}

}  // namespace

Readiness::Readiness(builds::Provider& provider, const Clock& clock)
    : provider_{provider}, clock_{clock}, provider_state_{description_of(provider.name())} {
    provider_state_.state = Connector::State::degraded;
    provider_state_.reason = "It was not asked yet.";
    provider_state_.cure = "Nothing: it is asked within seconds of the start.";
}

std::vector<Connector> Readiness::connectors() const {
    std::vector<Connector> all;
    {
        const std::lock_guard lock{mutex_};
        all.push_back(provider_state_);
    }
    if (all.front().name != "github") {
        all.push_back(
            unused(description_of("github"), "Runs are made on this machine.",
                   "Set GITHUB_TOKEN, GITHUB_OWNER and GITHUB_REPO to run on GitHub instead, and start again."));
    }
    if (all.front().name != "local") {
        all.push_back(unused(description_of("local"), "Runs are made elsewhere.",
                             "Set FLUX_PROVIDER=local and FLUX_REPO to run on this machine instead, and start again."));
    }
    all.push_back(unused({.name = "redis", .category = "scale", .title = "Redis"},
                         "This is the only instance: limits and sessions are kept in its memory.",
                         "Nothing, while one instance is enough. Sharing them by FLUX_REDIS_URL comes later."));
    return all;
}

async::Task<> Readiness::ask() {
    const auto begin = clock_.steady_now();
    const auto health = co_await provider_.health();
    auto news = description_of(provider_.name());
    news.latency = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - begin);
    news.checked_at = clock_.wall_now();
    news.state = !health.ok                   ? Connector::State::error
                 : health.state == "degraded" ? Connector::State::degraded
                                              : Connector::State::connected;
    news.reason = health.detail;
    news.cure = health.cure;
    if (const auto& quota = health.quota) {
        news.quota =
            Connector::Quota{.limit = quota->limit, .remaining = quota->remaining, .reset_at = quota->reset_at};
    }
    const std::lock_guard lock{mutex_};
    provider_state_ = std::move(news);
}

async::Task<> Readiness::ask_now() {
    {
        const std::lock_guard lock{mutex_};
        const auto now = clock_.steady_now();
        if (asked_at_ && now - *asked_at_ < between_checks) co_return;
        asked_at_ = now;
    }
    co_await ask();
}

async::Task<> Readiness::keep_asking() {
    while (true) {
        co_await ask();
        co_await async::sleep_for(between_checks);
    }
}

}  // namespace flux::app
