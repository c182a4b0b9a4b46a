#include "tools/create_preview.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "json/compact.hpp"
#include "tools/after_the_end.hpp"
#include "tools/answer.hpp"
#include "tools/run_json.hpp"
#include "tools/waiting.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"required":["branch"],"properties":{
"branch":{"type":"string","minLength":1},
"payload":{"type":"object","additionalProperties":{"type":["string","number","boolean"]},
 "description":"workflow_dispatch inputs by name; builds.list {kind:\"workflows\"} shows them"},
"workflow":{"type":"string","description":"File under .github/workflows; default: the configured one"},
"idempotency_key":{"type":"string","minLength":1,"maxLength":255},
"fresh":{"type":"boolean","description":"Never reuse a run"},
"wait_s":{"type":"integer","minimum":0,"maximum":45,"description":"Wait for the preview or the failure"},
"dry_run":{"type":"boolean","description":"Check everything, start nothing"}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"run_id":{"type":["integer","null"]},"status":{"type":"string"},
"conclusion":{"type":["string","null"]},"html_url":{"type":["string","null"]},"created_at":{"type":"string"},
"head_branch":{"type":"string"},"head_sha":{"type":["string","null"]},"reused":{"type":"boolean"},
"matched_by":{"type":"string"},"preview":{"type":"object"},"next":{"type":"array"}}})json";

constexpr std::string_view tool_name = "builds.createPreview";
constexpr std::size_t longest_key = 255;

/// One member of `payload` as a dispatch input, or why it can't be one.
Result<builds::InputValue> input_value(std::string_view name, json::Raw value) {
    if (auto text = value.string()) return builds::InputValue{*std::move(text)};
    if (const auto flag = value.boolean()) return builds::InputValue{*flag};
    if (const auto number = value.number()) return builds::InputValue{*number};
    return fail(Errc::invalid_argument,
                fmt::format("`payload.{}` has to be a string, number or boolean, not {}. Write structured values as a "
                            "JSON string.",
                            name, shortened(json::compact(value.text()), 80)),
                "invalid_inputs");
}

Result<builds::Inputs> inputs_of(const json::Arguments& arguments) {
    const auto payload = arguments.optional_object("payload");
    if (!payload) return fail(payload.error());
    builds::Inputs inputs;
    for (json::Members member{*payload}; member.next();) {
        auto input = input_value(member.name(), member.value());
        if (!input) return fail(std::move(input.error()));
        inputs.emplace_back(std::string{member.name()}, *std::move(input));
    }
    return inputs;
}

struct Asked {
    builds::CreateRequest request;
    std::int64_t wait_s = 0;
};

Result<Asked> read(const json::Arguments& arguments, const Policy& policy, const mcp::Call& call) {
    const auto known =
        arguments.only({"branch", "payload", "workflow", "idempotency_key", "fresh", "wait_s", "dry_run"});
    if (!known) return fail(known.error());
    auto branch = arguments.text("branch").and_then(builds::BranchName::parse);
    if (!branch) return fail(std::move(branch.error()));
    auto workflow = arguments.optional_text("workflow");
    if (!workflow) return fail(std::move(workflow.error()));
    auto key = arguments.optional_text("idempotency_key");
    if (!key) return fail(std::move(key.error()));
    if (*key && ((*key)->empty() || (*key)->size() > longest_key)) {
        return fail(Errc::invalid_argument, fmt::format("`idempotency_key` has to be 1 to {} bytes long, not {}.",
                                                        longest_key, (*key)->size()));
    }
    const auto fresh = arguments.optional_boolean("fresh");
    if (!fresh) return fail(fresh.error());
    const auto dry_run = arguments.optional_boolean("dry_run");
    if (!dry_run) return fail(dry_run.error());
    const auto wait = arguments.optional_integer("wait_s", 0, 45);
    if (!wait) return fail(wait.error());
    auto inputs = inputs_of(arguments);
    if (!inputs) return fail(std::move(inputs.error()));
    if (const auto allowed = policy.allows_branch(branch->text()); !allowed) return fail(allowed.error());
    if (const auto allowed = policy.allows_workflow(workflow->value_or("")); !allowed) return fail(allowed.error());

    builds::CreateRequest request{
        .branch = *std::move(branch),
        .workflow = workflow->value_or(""),
        .inputs = *std::move(inputs),
        .idempotency_key = *std::move(key),
        .fresh = fresh->value_or(false),
        .dry_run = dry_run->value_or(false),
        .principal = call.visitor().principal,
    };
    return Asked{std::move(request), wait->value_or(0)};
}

NextCalls next_calls(const builds::Run& run) {
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    if (auto next = after_the_end(run); !next.empty()) return next;
    if (builds::is_over(run)) return {{"builds.status", std::move(of_run)}};
    auto until = of_run;
    until["wait_s"] = 45;
    until["until"] = "reachable";
    auto follow = of_run;
    follow["wait_s"] = 30;
    return {{"builds.status", std::move(until)}, {"builds.tailLogs", std::move(follow)}};
}

boost::json::object describe(const builds::Run& run, const builds::Created& created, bool dry_run) {
    auto result = run_json(run);
    if (dry_run) {
        result["run_id"] = nullptr;
        result["dry_run"] = true;
        boost::json::object real;
        real["branch"] = to_utf8(run.head_branch);
        result["next"] = to_json({{"builds.createPreview", std::move(real)}});
        return result;
    }
    result["reused"] = created.reused;
    result["matched_by"] = created.matched_by;
    result["preview"] = preview_json(run.preview);
    result["next"] = to_json(next_calls(run));
    return result;
}

mcp::Outcome described(const builds::Run& run, const builds::Created& created, bool dry_run) {
    const auto structured = describe(run, created, dry_run);
    return answer(boost::json::serialize(structured), structured);
}

async::Task<Result<mcp::Outcome>> wait_for_preview(std::shared_ptr<const Context> context, builds::Created created,
                                                   std::int64_t wait_s, std::shared_ptr<mcp::Call> call) {
    const auto end = wait_end(*call, wait_s);
    const auto waited = co_await wait_for(context->provider, created.run, Until::reachable, end, call);
    // The run was made: that it can't be read now must not hide its id.
    co_return described(waited ? waited->run : created.run, created, false);
}

async::Task<Result<mcp::Outcome>> create(std::shared_ptr<const Context> context, json::Arguments arguments,
                                         std::shared_ptr<mcp::Call> call) {
    auto asked = read(arguments, context->policy, *call);
    if (!asked) co_return fail(std::move(asked.error()));

    const bool dry_run = asked->request.dry_run;
    auto created = co_await context->provider.create(std::move(asked->request));
    if (!created) co_return fail(std::move(created.error()));

    const auto& run = created->run;
    if (dry_run || asked->wait_s == 0) co_return described(run, *created, dry_run);
    if (!has_to_wait(context->provider, run, Until::reachable)) {
        co_return co_await wait_for_preview(context, *created, asked->wait_s, call);
    }
    auto work = [context, created = *created, wait_s = asked->wait_s](std::shared_ptr<mcp::Call> later) {
        return wait_for_preview(context, created, wait_s, std::move(later));
    };
    mcp::Outcome outcome;
    boost::json::object kept;
    kept["reused"] = created->reused;
    kept["matched_by"] = created->matched_by;
    outcome.rest = rest_of(context, run, tool_name, about(arguments), std::move(work), std::move(kept));
    co_return outcome;
}

std::optional<mcp::Rest> resumed(const std::shared_ptr<const Context>& context, std::string_view kept) {
    auto work = [context](builds::Run run, const boost::json::object& made, std::shared_ptr<mcp::Call> call) {
        const auto* reused = made.if_contains("reused");
        const auto* matched_by = made.if_contains("matched_by");
        builds::Created created{std::move(run), reused != nullptr && reused->is_bool() && reused->as_bool(), {}};
        if (matched_by != nullptr && matched_by->is_string()) created.matched_by = matched_by->as_string();
        return wait_for_preview(context, std::move(created), 0, std::move(call));
    };
    return rest_again(context, tool_name, kept, std::move(work));
}

}  // namespace

mcp::Tool create_preview(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = tool_name;
    tool.title = "Create preview";
    tool.description =
        "Builds a branch as its workflow says and publishes a preview page. Answers at once with run_id, status, "
        "html_url, created_at, head_branch and the preview's URL and state. The same request again (branch, head "
        "commit, workflow, inputs) gives the same run with reused:true, never a failed one.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = false, .destructive = false, .idempotent = true, .open_world = true};
    tool.task = mcp::TaskUse::for_rest;
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        return or_failed(context, create(context, std::move(arguments), call), tool_name, call, std::move(subject));
    };
    tool.resume = [context](std::string_view kept) { return resumed(context, kept); };
    return tool;
}

}  // namespace flux::tools
