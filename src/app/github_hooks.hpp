#pragma once

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/secret.hpp"
#include "transport/http_handler.hpp"

namespace flux::providers::github {
class GithubProvider;
}

namespace flux::app {

/// `/webhooks/github`: signed deliveries, which wake the watches over runs. Every other path is `next`'s.
class GithubHooks final : public transport::HttpHandler {
public:
    /// All outlive it. Without a secret every delivery is refused. Signatures are checked in `pool`.
    GithubHooks(providers::github::GithubProvider& provider, Secret secret, async::BlockingPool& pool,
                transport::HttpHandler& next);

    async::Task<transport::HttpResponse> answer(transport::HttpRequest request) override;

private:
    transport::HttpResponse take(const transport::HttpRequest& request);

    providers::github::GithubProvider& provider_;
    const Secret secret_;
    async::BlockingPool& pool_;
    transport::HttpHandler& next_;
};

}  // namespace flux::app
