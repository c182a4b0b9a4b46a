#include "mcp/session.hpp"

#include "json/writer.hpp"
#include "mcp/log_level.hpp"

namespace flux::mcp {

namespace {

Session::Answer set_level(const Request& request) {
    const auto level = request.params.member("level").string();
    // The server says nothing over this deprecated channel, so there is no level to keep.
    if (!level || !is_log_level(*level)) {
        return tl::unexpected{invalid_params(log_level_expected)};
    }
    return "{}";
}

}  // namespace

std::optional<Session::Answer> Session::answer(const Request& request) {
    // Exactly `{}`: old clients take any member for a mistake.
    if (request.method == "ping") return "{}";
    if (request.method == "initialize") return greet(request);
    if (request.method == "logging/setLevel") return set_level(request);
    return {};
}

RequestScope Session::scope(const Request& request) const {
    RequestScope scope;
    scope.revision = revision_;
    if (!request.meta.absent()) scope.progress_token = progress_token(request.meta);
    return scope;
}

Session::Answer Session::greet(const Request& request) {
    if (greeted_) return tl::unexpected{invalid_request("This session was initialized before.")};
    const auto wanted = request.params.member("protocolVersion").string();
    if (!wanted) return tl::unexpected{invalid_params("`protocolVersion` has to be a string.")};

    const auto known = revision_named(*wanted);
    revision_ = known && *known < first_stateless ? *known : newest_with_handshake;
    greeted_ = true;

    std::string result;
    json::Writer writer{result};
    writer.object().key("protocolVersion").string(name_of(revision_));
    writer.key("capabilities").object();
    if (!introduction_.capabilities.empty()) writer.raw(introduction_.capabilities);
    writer.key("logging").raw("{}").end_object();
    writer.key("serverInfo").raw(introduction_.server_info);
    if (!introduction_.instructions.empty()) writer.key("instructions").raw(introduction_.instructions);
    writer.end_object();
    return result;
}

}  // namespace flux::mcp
