#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "transport/http_handler.hpp"

namespace flux::transport {

/// One thing that the server works with, as `/readyz` and the page's Connectors show it. All of it is for operators,
/// without secrets.
struct Connector {
    enum class State { connected, degraded, off, error };

    struct Quota {
        std::int64_t limit = 0;
        std::int64_t remaining = 0;
        WallTime reset_at{};
    };

    std::string name;      ///< e.g. `local`, `github`
    std::string category;  ///< `source`, `runner` or `scale`
    std::string title;
    State state = State::connected;  ///< one `error` makes the server not ready
    std::string reason = {};         ///< why it isn't `connected`
    std::string cure = {};           ///< what to do about it
    std::optional<std::chrono::milliseconds> latency = {};
    std::optional<Quota> quota = {};
    std::optional<WallTime> checked_at = {};  ///< empty: there is nothing to check
};

/// How much of itself the server tells.
enum class Detail { all, status };

/// `/health`, `/livez` and `/readyz`: what load balancers and operators ask, without a token; and `/metrics`, for which
/// the door wants one like for `/mcp`.
class OperatorPages {
public:
    using Connectors = std::function<std::vector<Connector>()>;
    using Check = std::function<async::Task<>()>;
    using Metrics = std::function<std::string()>;

    /// `connectors` is called from loop threads and answers from what it knows already, without waiting; empty: none.
    /// `check` looks again and ends when the news is there, within seconds; it says itself how often is often enough.
    /// `metrics` gives the text of `/metrics` (observe::Metrics); empty: there is no such page.
    OperatorPages(std::string service, std::string version, Connectors connectors = {}, Check check = {},
                  Metrics metrics = {});

    bool has_metrics() const { return metrics_ != nullptr; }

    /// Whether this request wants `check_connectors` before its answer: `/readyz?check=now`.
    bool wants_check(std::string_view path, std::string_view query) const;
    async::Task<> check_connectors() const;

    /// The page at `path`, or nothing if it isn't one of these. With `Detail::status` it
    /// says nothing about the connectors.
    std::optional<HttpResponse> answer(std::string_view method, std::string_view path, bool draining,
                                       Detail detail = Detail::all) const;

private:
    HttpResponse health(bool draining) const;
    HttpResponse readiness(bool draining, Detail detail) const;
    HttpResponse metrics() const;

    std::string service_;
    std::string version_;
    Connectors connectors_;
    Check check_;
    Metrics metrics_;
};

}  // namespace flux::transport
