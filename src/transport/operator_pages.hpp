#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/http_handler.hpp"

namespace flux::transport {

/// One thing that the server depends on, as `/readyz` shows it.
struct Connector {
    std::string name;    ///< e.g. `store`, `provider`
    std::string state;   ///< `ok`, `degraded` or `failed`; one `failed` makes the server not ready
    std::string reason;  ///< why it isn't `ok`; for operators, without secrets
    std::optional<std::chrono::milliseconds> latency;
};

/// `/health`, `/livez` and `/readyz`: what load balancers and operators ask, without a token.
class OperatorPages {
public:
    using Connectors = std::function<std::vector<Connector>()>;

    /// `connectors` is called from loop threads and answers from what it knows already, without waiting; empty: none.
    OperatorPages(std::string service, std::string version, Connectors connectors = {});

    /// The page at `path`, or nothing if it isn't one of these.
    std::optional<HttpResponse> answer(std::string_view method, std::string_view path, bool draining) const;

private:
    HttpResponse health(bool draining) const;
    HttpResponse readiness(bool draining) const;

    std::string service_;
    std::string version_;
    Connectors connectors_;
};

}  // namespace flux::transport
