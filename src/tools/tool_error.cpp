#include "tools/tool_error.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace flux::tools {

namespace {

/// `members` of `about`, as arguments.
boost::json::object only(const About& about, std::initializer_list<std::string_view> members) {
    boost::json::object result;
    for (const auto member : members) {
        if (const auto* value = about.if_contains(member)) result[member] = *value;
    }
    return result;
}

boost::json::object list_of(std::string_view kind, boost::json::object arguments = {}) {
    arguments["kind"] = kind;
    return arguments;
}

NextCalls cure(std::string_view reason, const About& about) {
    if (reason == "branch_not_found") return {{"builds.list", list_of("branches")}};
    if (reason == "workflow_not_found" || reason == "workflow_not_dispatchable" || reason == "invalid_inputs" ||
        reason == "workflow_invalid" || reason == "workflow_unsupported") {
        return {{"builds.list", list_of("workflows", only(about, {"branch"}))}};
    }
    if (reason == "run_not_found" || reason == "job_not_found") return {{"builds.list", list_of("runs")}};
    if (reason == "preview_not_found") return {{"builds.list", list_of("previews")}};
    if (reason == "cursor_mismatch" || reason == "cursor_damaged" || reason == "budget_too_small") {
        return {{"builds.tailLogs", only(about, {"run_id"})}};
    }
    if (reason == "run_in_progress") {
        auto arguments = only(about, {"run_id"});
        auto wait = arguments;
        wait["wait_s"] = 45;
        wait["until"] = "completed";
        return {{"builds.status", std::move(wait)}, {"builds.cancel", std::move(arguments)}};
    }
    if (reason == "run_completed") return {{"builds.status", only(about, {"run_id"})}};
    if (reason == "nothing_failed") {
        auto arguments = only(about, {"run_id"});
        arguments["failed_only"] = false;
        return {{"builds.rerun", std::move(arguments)}};
    }
    if (reason == "duplicate_conflict") {
        auto arguments = only(about, {"branch"});
        arguments["fresh"] = true;
        return {{"builds.createPreview", std::move(arguments)}};
    }
    return {};
}

}  // namespace

std::string code_of(const Error& error) { return error.reason.empty() ? name_of(error.code) : error.reason; }

mcp::Outcome failed(const Error& error, const About& about, std::string_view request_id) {
    const auto code = code_of(error);
    const auto message = to_utf8(error.message);
    const auto next = cure(code, about);

    boost::json::object described;
    described["code"] = code;
    described["message"] = message;
    if (error.retry_after) described["retry_after_ms"] = error.retry_after->count();
    if (!request_id.empty()) described["request_id"] = request_id;
    boost::json::object structured;
    structured["error"] = std::move(described);
    structured["next"] = to_json(next);

    auto text = fmt::format("{} [{}]", message, code);
    if (error.retry_after) text += fmt::format("\nTry again in {} ms.", error.retry_after->count());
    if (const auto suggestion = to_text(next); !suggestion.empty()) text += "\n" + suggestion;

    mcp::Outcome outcome;
    outcome.content.push_back(mcp::Content::text(text));
    outcome.structured = boost::json::serialize(structured);
    outcome.is_error = true;
    return outcome;
}

}  // namespace flux::tools
