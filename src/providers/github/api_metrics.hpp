#pragma once

namespace flux::observe {
class Metrics;
}

namespace flux::providers::github {

class ApiClient;

/// Has `metrics` show how GitHub is asked: requests by what came of them, those that wait, the circuit breaker, the
/// quota. `api` outlives the last time that they are read.
void show_metrics(const ApiClient& api, observe::Metrics& metrics);

}  // namespace flux::providers::github
