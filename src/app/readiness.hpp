#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "transport/operator_pages.hpp"

namespace flux::app {

/// What `/readyz` shows: how the provider was the last time it was asked, and what else there could be. Thread-safe.
class Readiness {
public:
    /// Both outlive this.
    Readiness(builds::Provider& provider, const Clock& clock);

    std::vector<transport::Connector> connectors() const;

    /// Asks the provider every few seconds, until it is cancelled.
    async::Task<> keep_asking();

    /// Asks the provider now, from any executor, unless it was asked in the last five seconds.
    async::Task<> ask_now();

private:
    async::Task<> ask();

    builds::Provider& provider_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    transport::Connector provider_state_;
    std::optional<SteadyTime> asked_at_;  ///< by somebody who didn't want to wait
};

}  // namespace flux::app
