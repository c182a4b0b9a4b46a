#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "async/task.hpp"
#include "builds/provider.hpp"
#include "transport/operator_pages.hpp"

namespace flux::app {

/// What `/readyz` shows: how the provider was the last time it was asked, which is every few seconds. Thread-safe.
class Readiness {
public:
    std::vector<transport::Connector> connectors() const;
    void set(std::vector<transport::Connector> connectors);

private:
    mutable std::mutex mutex_;
    std::vector<transport::Connector> connectors_;
};

/// Asks the provider again and again, until it is cancelled.
async::Task<> keep_asking(builds::Provider& provider, std::shared_ptr<Readiness> readiness);

}  // namespace flux::app
