#include "tools/rerun.hpp"

#include <fmt/format.h>

#include <utility>

#include "tools/answer.hpp"
#include "tools/run_id_argument.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"required":["run_id"],"properties":{
"run_id":{"type":["integer","string"],"minimum":1},
"failed_only":{"type":"boolean","description":"Default true; false: all jobs"},
"debug":{"type":"boolean","description":"With debug lines in the log"}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"run_id":{"type":"integer"},"attempt":{"type":"integer"},"status":{"type":"string"},
"html_url":{"type":["string","null"]},"preview":{"type":"object"},"next":{"type":"array"}}})json";

/// The operator's lists hold for what ran before, too: it may be older than they are, or was started by others.
Result<void> may_run(const Policy& policy, const builds::Run& run) {
    if (auto allowed = policy.allows_branch(run.head_branch); !allowed) return allowed;
    return policy.allows_workflow(run.workflow_file);
}

async::Task<Result<mcp::Outcome>> again(std::shared_ptr<const Context> context, json::Arguments arguments,
                                        std::shared_ptr<mcp::Call> call) {
    if (const auto known = arguments.only({"run_id", "failed_only", "debug"}); !known) co_return fail(known.error());
    const auto id = run_id_argument(arguments);
    if (!id) co_return fail(id.error());
    const auto failed_only = arguments.optional_boolean("failed_only");
    if (!failed_only) co_return fail(failed_only.error());
    const auto debug = arguments.optional_boolean("debug");
    if (!debug) co_return fail(debug.error());

    if (!context->policy.branches.empty() || !context->policy.workflows.empty()) {
        const auto before = co_await context->provider.find(*id);
        if (!before) co_return fail(before.error());
        if (const auto allowed = may_run(context->policy, *before); !allowed) co_return fail(allowed.error());
    }

    builds::RerunRequest request{
        .run = *id,
        .failed_only = failed_only->value_or(true),
        .debug = debug->value_or(false),
        .principal = call->visitor().principal,
    };
    auto run = co_await context->provider.rerun(std::move(request));
    if (!run) co_return fail(std::move(run.error()));

    boost::json::object of_run;
    of_run["run_id"] = run->id;
    of_run["wait_s"] = 45;
    of_run["until"] = "reachable";
    const NextCalls next{{"builds.status", std::move(of_run)}};
    auto structured = run_json(*run);
    structured["preview"] = preview_json(run->preview);
    structured["next"] = to_json(next);
    auto text = fmt::format("Run {} of {} starts its attempt {} ({}).\nURL: {}\n{}", run->id, run->head_branch,
                            run->attempt, builds::name_of(run->status), run->html_url, to_text(next));
    co_return answer(std::move(text), structured);
}

}  // namespace

mcp::Tool rerun(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = "builds.rerun";
    tool.title = "Run again";
    tool.description = "Runs a finished run again as a new attempt of the same commit, with the same run_id.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = false, .destructive = false, .idempotent = false, .open_world = true};
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        return or_failed(context, again(context, std::move(arguments), call), "builds.rerun", call, std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
