#include "mcp/asking.hpp"

#include "base/id.hpp"

namespace flux::mcp {

namespace {

using Kind = InputRequest::Kind;

bool can(const ClientAbilities& client, Kind kind) {
    switch (kind) {
    case Kind::elicitation: return client.elicitation;
    case Kind::elicitation_url: return client.elicitation_urls;
    case Kind::sampling: return client.sampling;
    case Kind::roots: return client.roots;
    }
    return false;
}

/// The least that a client has to declare, as a member of its capabilities.
std::string_view capability_of(Kind kind) {
    switch (kind) {
    case Kind::elicitation: return R"("elicitation":{})";
    case Kind::elicitation_url: return R"("elicitation":{"url":{}})";
    case Kind::sampling: return R"("sampling":{})";
    case Kind::roots: return R"("roots":{})";
    }
    return {};
}

void write_method_and_params(json::Writer& writer, const InputRequest& request) {
    writer.key("method").string(method_of(request.kind));
    if (!request.params.empty()) writer.key("params").raw(request.params);
}

}  // namespace

std::string_view method_of(Kind kind) {
    switch (kind) {
    case Kind::elicitation:
    case Kind::elicitation_url: return "elicitation/create";
    case Kind::sampling: return "sampling/createMessage";
    case Kind::roots: return "roots/list";
    }
    return {};
}

std::optional<WireError> missing_ability(const InputNeeded& needed, const RequestScope& scope) {
    std::string missing;
    for (const auto kind : {Kind::elicitation, Kind::elicitation_url, Kind::sampling, Kind::roots}) {
        bool wanted = false;
        for (const auto& request : needed.requests) wanted = wanted || request.kind == kind;
        if (!wanted || can(scope.client, kind)) continue;
        if (!missing.empty()) missing += ',';
        missing += capability_of(kind);
    }
    if (missing.empty()) return {};
    return missing_capability("{" + missing + "}", scope.missing_ability_code);
}

void write_needed(std::string& out, const Id& id, const RequestScope& scope, const InputNeeded& needed,
                  std::string_view sealed) {
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("id").raw(id.json);
    writer.key("result").object().key("resultType").string("input_required");
    if (!needed.requests.empty()) {
        writer.key("inputRequests").object();
        for (const auto& request : needed.requests) write_input_request(writer, request);
        writer.end_object();
    }
    if (!sealed.empty()) writer.key("requestState").string(sealed);
    writer.key("_meta").object().raw(scope.result_meta).end_object();
    writer.end_object().end_object();
}

void write_input_request(json::Writer& writer, const InputRequest& request) {
    writer.key(request.key).object();
    write_method_and_params(writer, request);
    writer.end_object();
}

void write_request(std::string& out, const Id& id, const InputRequest& request) {
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("id").raw(id.json);
    if (request.kind == Kind::elicitation_url) {
        writer.key("method").string(method_of(request.kind)).key("params").object();
        for (json::Members member{json::Raw{request.params}}; member.next();) {
            writer.key(member.name()).raw(member.value().text());
        }
        writer.key("elicitationId").string(random_id()).end_object();
    } else {
        write_method_and_params(writer, request);
    }
    writer.end_object();
}

Round read_inputs(json::Raw responses) {
    Round round;
    for (json::Members member{responses}; member.next();) {
        if (!member.value().is(json::Kind::object)) continue;
        round.inputs.emplace_back(member.name(), member.value().text());
    }
    return round;
}

}  // namespace flux::mcp
