#include "transport/operator_pages.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "observe/metrics.hpp"
#include "transport/http_reply.hpp"
#include "transport/target.hpp"

namespace flux::transport {

namespace {

HttpResponse json_page(int status, const boost::json::object& body) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.fields.emplace_back("Cache-Control", "no-store");
    if (status == 503) response.fields.emplace_back("Retry-After", "5");
    response.body = boost::json::serialize(body);
    return response;
}

std::string_view name_of(Connector::State state) {
    switch (state) {
    case Connector::State::connected: return "connected";
    case Connector::State::degraded: return "degraded";
    case Connector::State::off: return "off";
    case Connector::State::error: return "error";
    }
    return "error";
}

boost::json::object entry_of(const Connector& connector) {
    boost::json::object entry{
        {"name", connector.name},     {"category", connector.category},
        {"title", connector.title},   {"state", name_of(connector.state)},
        {"reason", connector.reason}, {"cure", connector.cure},
        {"latency_ms", nullptr},      {"quota", nullptr},
        {"checked_at", nullptr},
    };
    if (connector.latency) entry["latency_ms"] = connector.latency->count();
    if (const auto& quota = connector.quota) {
        entry["quota"] = {
            {"limit", quota->limit}, {"remaining", quota->remaining}, {"reset_at", rfc3339_seconds(quota->reset_at)}};
    }
    if (connector.checked_at) entry["checked_at"] = rfc3339_seconds(*connector.checked_at);
    return entry;
}

}  // namespace

OperatorPages::OperatorPages(std::string service, std::string version, Connectors connectors, Check check,
                             Metrics metrics)
    : service_{std::move(service)},
      version_{std::move(version)},
      connectors_{std::move(connectors)},
      check_{std::move(check)},
      metrics_{std::move(metrics)} {}

bool OperatorPages::wants_check(std::string_view path, std::string_view query) const {
    return check_ && path == "/readyz" && !query.empty() && query_value(query, "check") == "now";
}

async::Task<> OperatorPages::check_connectors() const {
    auto checked = check_();
    co_await std::move(checked);
}

std::optional<HttpResponse> OperatorPages::answer(std::string_view method, std::string_view path, bool draining,
                                                  Detail detail) const {
    const bool counts = path == "/metrics" && has_metrics();
    if (path != "/health" && path != "/livez" && path != "/readyz" && !counts) return std::nullopt;
    if (method != "GET" && method != "HEAD") return reply_not_allowed("GET, HEAD");
    if (path == "/health") return health(draining);
    if (path == "/readyz") return readiness(draining, detail);
    if (counts) return metrics();
    return json_page(200, {{"status", "alive"}});
}

HttpResponse OperatorPages::health(bool draining) const {
    return json_page(draining ? 503 : 200,
                     {{"status", draining ? "draining" : "healthy"}, {"service", service_}, {"version", version_}});
}

HttpResponse OperatorPages::readiness(bool draining, Detail detail) const {
    const auto connectors = connectors_ ? connectors_() : std::vector<Connector>{};
    const bool failed = std::any_of(connectors.begin(), connectors.end(),
                                    [](const auto& connector) { return connector.state == Connector::State::error; });
    const char* status = draining ? "draining" : failed ? "not ready" : "ready";
    boost::json::object body{{"status", status}};
    if (detail == Detail::all) {
        boost::json::array list;
        for (const auto& connector : connectors) list.push_back(entry_of(connector));
        body["connectors"] = std::move(list);
    }
    return json_page(draining || failed ? 503 : 200, body);
}

HttpResponse OperatorPages::metrics() const {
    HttpResponse response;
    response.content_type = observe::metrics_media_type;
    response.fields.emplace_back("Cache-Control", "no-store");
    response.body = metrics_();
    return response;
}

}  // namespace flux::transport
