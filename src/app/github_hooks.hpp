#pragma once

#include "base/secret.hpp"
#include "transport/http_handler.hpp"

namespace flux::providers::github {
class GithubProvider;
}

namespace flux::app {

/// `/webhooks/github`: signed deliveries, which wake the watches over runs. Every other path is `next`'s.
class GithubHooks final : public transport::HttpHandler {
public:
    /// Both outlive it; `next` may be nullptr. Without a secret every delivery is refused.
    GithubHooks(providers::github::GithubProvider& provider, Secret secret, transport::HttpHandler* next);

    transport::HttpResponse handle(const transport::HttpRequest& request) override;

private:
    providers::github::GithubProvider& provider_;
    const Secret secret_;
    transport::HttpHandler* const next_;
};

}  // namespace flux::app
