#include "transport/operator_pages.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "transport/http_reply.hpp"

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

}  // namespace

OperatorPages::OperatorPages(std::string service, std::string version, Connectors connectors)
    : service_{std::move(service)}, version_{std::move(version)}, connectors_{std::move(connectors)} {}

std::optional<HttpResponse> OperatorPages::answer(std::string_view method, std::string_view path, bool draining) const {
    if (path != "/health" && path != "/livez" && path != "/readyz") return std::nullopt;
    if (method != "GET" && method != "HEAD") return reply_not_allowed("GET, HEAD");
    if (path == "/health") return health(draining);
    if (path == "/readyz") return readiness(draining);
    return json_page(200, {{"status", "alive"}});
}

HttpResponse OperatorPages::health(bool draining) const {
    return json_page(draining ? 503 : 200,
                     {{"status", draining ? "draining" : "healthy"}, {"service", service_}, {"version", version_}});
}

HttpResponse OperatorPages::readiness(bool draining) const {
    const auto connectors = connectors_ ? connectors_() : std::vector<Connector>{};
    const bool failed = std::any_of(connectors.begin(), connectors.end(),
                                    [](const Connector& connector) { return connector.state == "failed"; });
    boost::json::array list;
    for (const auto& connector : connectors) {
        boost::json::object entry{{"name", connector.name}, {"state", connector.state}};
        if (!connector.reason.empty()) entry["reason"] = connector.reason;
        if (connector.latency) entry["latency_ms"] = connector.latency->count();
        list.push_back(std::move(entry));
    }
    const char* status = draining ? "draining" : failed ? "not ready" : "ready";
    return json_page(draining || failed ? 503 : 200, {{"status", status}, {"connectors", std::move(list)}});
}

}  // namespace flux::transport
