#include "tools/cancel.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/text.hpp"
#include "tools/answer.hpp"
#include "tools/run_id_argument.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"required":["run_id"],"properties":{
"run_id":{"type":["integer","string"],"minimum":1}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"run_id":{"type":"integer"},"status":{"type":"string"},
"conclusion":{"type":["string","null"]},"next":{"type":"array"}}})json";

async::Task<Result<mcp::Outcome>> stop(std::shared_ptr<const Context> context, json::Arguments arguments,
                                       std::string principal) {
    if (const auto known = arguments.only({"run_id"}); !known) co_return fail(known.error());
    const auto id = run_id_argument(arguments);
    if (!id) co_return fail(id.error());

    auto run = co_await context->provider.cancel(*id, std::move(principal));
    if (!run) co_return fail(std::move(run.error()));

    boost::json::object of_run;
    of_run["run_id"] = run->id;
    NextCalls next;
    if (builds::is_over(*run)) {
        of_run["failed_only"] = false;
        next.push_back({"builds.rerun", std::move(of_run)});
    } else {
        of_run["wait_s"] = 30;
        of_run["until"] = "completed";
        next.push_back({"builds.status", std::move(of_run)});
    }
    auto structured = run_json(*run);
    structured["next"] = to_json(next);
    auto text = fmt::format("Run {} of {} is {}.\n", run->id, run->head_branch,
                            builds::is_over(*run) ? state_text(run->status, run->conclusion) : "being cancelled");
    for (const auto& note : run->notes) text += to_utf8(note) + '\n';
    text += to_text(next);
    co_return answer(std::move(text), structured);
}

}  // namespace

mcp::Tool cancel(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = "builds.cancel";
    tool.title = "Cancel run";
    tool.description = "Stops a run and everything it started. Its log stays.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = false, .destructive = true, .idempotent = true, .open_world = true};
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        auto principal = call->visitor().principal;
        return or_failed(context, stop(context, std::move(arguments), std::move(principal)), "builds.cancel",
                         std::move(call), std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
