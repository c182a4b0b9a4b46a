#include "app/readiness.hpp"

#include <chrono>
#include <utility>

#include "async/timer.hpp"

namespace flux::app {

std::vector<transport::Connector> Readiness::connectors() const {
    const std::lock_guard lock{mutex_};
    return connectors_;
}

void Readiness::set(std::vector<transport::Connector> connectors) {
    const std::lock_guard lock{mutex_};
    connectors_ = std::move(connectors);
}

async::Task<> keep_asking(builds::Provider& provider, std::shared_ptr<Readiness> readiness) {
    using std::chrono::steady_clock;
    while (true) {
        const auto begin = steady_clock::now();
        const auto health = co_await provider.health();
        const auto latency = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
        const auto* state = health.ok ? (health.state == "degraded" ? "degraded" : "ok") : "failed";
        std::vector<transport::Connector> connectors;
        connectors.push_back({provider.name(), state, health.detail, latency});
        readiness->set(std::move(connectors));
        co_await async::sleep_for(std::chrono::seconds{5});
    }
}

}  // namespace flux::app
