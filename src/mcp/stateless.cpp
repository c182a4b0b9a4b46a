#include "mcp/stateless.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "json/writer.hpp"
#include "mcp/header_value.hpp"
#include "mcp/log_level.hpp"
#include "mcp/tasks.hpp"

namespace flux::mcp {

namespace {

constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view client_key = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view level_key = "io.modelcontextprotocol/logLevel";
constexpr std::string_view server_key = "io.modelcontextprotocol/serverInfo";

/// The envelope in `_meta`, as far as it was read.
struct Envelope {
    std::string version;
    json::Raw capabilities;
    json::Raw client;
    json::Raw level;
    json::Raw token;
};

auto bad_envelope(std::string_view reason) {
    auto error = invalid_params(reason);
    error.http_status = 400;
    return tl::unexpected{std::move(error)};
}

tl::expected<Envelope, WireError> read_envelope(json::Raw meta) {
    Envelope envelope;
    json::Raw version;
    for (json::Members member{meta}; member.next();) {
        const auto name = member.name();
        if (name == version_key) version = member.value();
        if (name == capabilities_key) envelope.capabilities = member.value();
        if (name == client_key) envelope.client = member.value();
        if (name == level_key) envelope.level = member.value();
        if (name == "progressToken") envelope.token = member.value();
    }
    auto text = version.string();
    if (!text) return bad_envelope(fmt::format("`_meta[\"{}\"]` has to be a string.", version_key));
    envelope.version = *std::move(text);
    if (!envelope.capabilities.is(json::Kind::object)) {
        return bad_envelope(
            fmt::format("`_meta[\"{}\"]` has to be an object; `{{}}` stands for none.", capabilities_key));
    }
    if (envelope.client && (!envelope.client.member("name").is(json::Kind::string) ||
                            !envelope.client.member("version").is(json::Kind::string))) {
        return bad_envelope(fmt::format("`_meta[\"{}\"]` has to hold `name` and `version`.", client_key));
    }
    if (envelope.level && !log_level_named(envelope.level.string().value_or("")))
        return bad_envelope(log_level_expected);
    if (envelope.token && !envelope.token.is(json::Kind::string) && !envelope.token.integer()) {
        return bad_envelope("`_meta.progressToken` has to be a string or a whole number.");
    }
    return envelope;
}

/// The member of `params` that `Mcp-Name` repeats; empty for methods without one.
std::string_view named_by(std::string_view method) {
    if (method == "tools/call" || method == "prompts/get") return "name";
    if (method == "resources/read") return "uri";
    if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
    return {};
}

std::optional<WireError> before_version(const Request& request, const HttpFacts& headers, std::string_view version) {
    if (!headers.protocol_version) return header_mismatch("The header `MCP-Protocol-Version` is missing.");
    if (trimmed(*headers.protocol_version) != version) {
        return header_mismatch("The header `MCP-Protocol-Version` says something else than the body.");
    }
    if (!headers.method) return header_mismatch("The header `Mcp-Method` is missing.");
    if (trimmed(*headers.method) != request.method) {
        return header_mismatch("The header `Mcp-Method` says something else than the body.");
    }
    return {};
}

std::optional<WireError> after_version(const Request& request, const HttpFacts& headers) {
    const auto member = named_by(request.method);
    if (member.empty()) return {};
    const auto named = request.params.member(member).string();
    if (!named) return {};  // malformed params are named as such later
    if (!headers.name) return header_mismatch("The header `Mcp-Name` is missing.");
    const auto said = header_text(*headers.name);
    if (!said) return header_mismatch("The header `Mcp-Name` isn't canonical Base64.");
    if (*said != *named) return header_mismatch("The header `Mcp-Name` says something else than the body.");
    return {};
}

}  // namespace

Stateless::Stateless(const Introduction& introduction) {
    result_meta_ = fmt::format(R"("{}":{})", server_key, introduction.server_info);
    result_marks_ = fmt::format(R"("resultType":"complete","_meta":{{{}}})", result_meta_);

    json::Writer writer{discovered_};
    writer.object().key("supportedVersions").array().string(name_of(first_stateless)).end_array();
    writer.key("capabilities").object();
    if (!introduction.capabilities.empty()) writer.raw(introduction.capabilities);
    writer.key("logging").raw("{}");
    if (introduction.has_tasks) writer.key("extensions").object().key(tasks_extension).raw("{}").end_object();
    writer.end_object();
    if (!introduction.instructions.empty()) writer.key("instructions").raw(introduction.instructions);
    writer.key("ttlMs").integer(list_keep_for.count()).key("cacheScope").string("private");
    writer.raw(result_marks_).end_object();
}

bool Stateless::is_claimed_by(json::Raw meta) { return !meta.member(version_key).absent(); }

bool Stateless::is_known_only_to_it(std::string_view method) {
    return method == "server/discover" || method == "subscriptions/listen";
}

bool Stateless::is_named_by(std::optional<std::string_view> protocol_version) {
    if (!protocol_version) return false;
    // Dates of this form compare as text.
    const auto version = trimmed(*protocol_version);
    return version.size() == name_of(first_stateless).size() && version >= name_of(first_stateless) &&
           version.find_first_not_of("0123456789-") == std::string_view::npos;
}

WireError Stateless::claim_missing(const Request& request) {
    if (request.method == "initialize") {
        return header_mismatch("`initialize` belongs to older revisions than the header `MCP-Protocol-Version` names.");
    }
    auto error =
        invalid_params(fmt::format("`params._meta` has to hold \"{}\" and \"{}\".", version_key, capabilities_key));
    error.http_status = 400;
    return error;
}

tl::expected<RequestScope, WireError> Stateless::read(const Request& request, const HttpFacts* headers) const {
    const auto envelope = read_envelope(request.meta);
    if (!envelope) return tl::unexpected{envelope.error()};
    if (headers) {
        if (auto error = before_version(request, *headers, envelope->version)) return tl::unexpected{*std::move(error)};
    }
    const auto revision = revision_named(envelope->version);
    if (!revision || *revision < first_stateless) return tl::unexpected{unsupported_version(envelope->version)};
    if (headers) {
        if (auto error = after_version(request, *headers)) return tl::unexpected{*std::move(error)};
    }
    RequestScope scope;
    scope.revision = *revision;
    scope.result_marks = result_marks_;
    scope.result_meta = result_meta_;
    scope.marks_keeping = true;
    scope.asks_in_results = true;
    scope.missing_ability_code = -32021;
    scope.client = ClientAbilities::read(envelope->capabilities, *revision);
    scope.listens = true;
    if (envelope->level) scope.log_level = log_level_named(*envelope->level.string());
    scope.unknown_method_status = 404;
    scope.unknown_resource_code = -32602;
    if (envelope->token) scope.progress_token = progress_token(request.meta);
    return scope;
}

std::optional<std::string> Stateless::answer(const Request& request) const {
    if (request.method == "server/discover") return discovered_;
    return {};
}

}  // namespace flux::mcp
