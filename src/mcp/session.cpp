#include "mcp/session.hpp"

#include "json/writer.hpp"
#include "mcp/log_level.hpp"

namespace flux::mcp {

Session::Session(Session&& other) noexcept
    : introduction_{other.introduction_},
      revision_{other.revision_},
      client_{other.client_},
      greeted_{other.greeted_},
      log_level_{other.log_level_.load(std::memory_order_relaxed)} {}

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
    scope.client = client_;
    if (!request.meta.absent()) scope.progress_token = progress_token(request.meta);
    const auto level = log_level_.load(std::memory_order_relaxed);
    if (level != silent) scope.log_level = static_cast<LogLevel>(level);
    return scope;
}

Session::Answer Session::set_level(const Request& request) {
    const auto name = request.params.member("level").string();
    const auto level = name ? log_level_named(*name) : std::nullopt;
    if (!level) return tl::unexpected{invalid_params(log_level_expected)};
    log_level_.store(static_cast<int>(*level), std::memory_order_relaxed);
    return "{}";
}

Session::Answer Session::greet(const Request& request) {
    if (greeted_) return tl::unexpected{invalid_request("This session was initialized before.")};
    const auto wanted = request.params.member("protocolVersion").string();
    if (!wanted) return tl::unexpected{invalid_params("`protocolVersion` has to be a string.")};

    const auto known = revision_named(*wanted);
    revision_ = known && *known < first_stateless ? *known : newest_with_handshake;
    greeted_ = true;
    client_ = ClientAbilities::read(request.params.member("capabilities"), revision_);

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
