#include "tools/status.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/answer.hpp"
#include "tools/run_choice.hpp"
#include "tools/run_status.hpp"
#include "tools/waiting.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"properties":{
"run_id":{"type":["integer","string"],"minimum":1,"description":"Number or URL"},
"branch":{"type":"string","description":"Its newest run, instead of run_id"},
"wait_s":{"type":"integer","minimum":0,"maximum":45},
"until":{"enum":["change","completed","reachable"],"description":"What wait_s waits for; default change"},
"steps":{"type":"boolean","description":"Each job with its steps"}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"run":{"type":"object","required":["run_id","status","conclusion"]},
"elapsed_s":{"type":"number"},"jobs":{"type":"array"},"jobs_total":{"type":"integer"},
"waiting_for":{"type":"object"},"preview":{"type":"object","required":["state","url"]},
"changed":{"type":"boolean"},"look_again_in_s":{"type":"integer"},
"quota":{"type":"object","required":["limit","remaining","reset_at"]},"next":{"type":"array"}}})json";

constexpr std::size_t most_jobs = 40;
constexpr std::size_t most_jobs_with_steps = 8;

constexpr std::string_view tool_name = "builds.status";

std::string_view name_of(Until until) {
    switch (until) {
    case Until::change: return "change";
    case Until::completed: return "completed";
    case Until::reachable: return "reachable";
    }
    return {};
}

std::optional<Until> until_from(std::string_view name) {
    for (const auto until : {Until::change, Until::completed, Until::reachable}) {
        if (name_of(until) == name) return until;
    }
    return {};
}

struct Asked {
    RunChoice run;
    std::int64_t wait_s = 0;
    Until until = Until::change;
    bool steps = false;
};

Result<Asked> read(const json::Arguments& arguments) {
    const auto known = arguments.only({"run_id", "branch", "wait_s", "until", "steps"});
    if (!known) return fail(known.error());
    auto run = read_run_choice(arguments);
    if (!run) return fail(std::move(run.error()));
    const auto wait = arguments.optional_integer("wait_s", 0, 45);
    if (!wait) return fail(wait.error());
    const auto until = arguments.optional_choice("until", {"change", "completed", "reachable"});
    if (!until) return fail(until.error());
    const auto steps = arguments.optional_boolean("steps");
    if (!steps) return fail(steps.error());

    Asked asked;
    asked.run = *std::move(run);
    asked.wait_s = wait->value_or(0);
    asked.steps = steps->value_or(false);
    if (*until) asked.until = until_from(**until).value_or(Until::change);
    return asked;
}

mcp::Outcome described(const Context& context, const Waited& waited, bool steps) {
    const StatusDetail detail{steps ? most_jobs_with_steps : most_jobs, steps};
    const StatusMoment moment{
        .now = context.clock.wall_now(), .changed = waited.changed, .quota = context.provider.quota()};
    return answer(status_text(waited.run, detail, moment), status_json(waited.run, detail, moment));
}

async::Task<Result<mcp::Outcome>> wait_and_look(std::shared_ptr<const Context> context, builds::Run seen, Asked asked,
                                                std::shared_ptr<mcp::Call> call) {
    const auto end = wait_end(*call, asked.wait_s);
    const auto waited = co_await wait_for(context->provider, std::move(seen), asked.until, end, call);
    if (!waited) co_return fail(waited.error());
    co_return described(*context, *waited, asked.steps);
}

async::Task<Result<mcp::Outcome>> look(std::shared_ptr<const Context> context, json::Arguments arguments,
                                       std::shared_ptr<mcp::Call> call) {
    auto asked = read(arguments);
    if (!asked) co_return fail(std::move(asked.error()));

    auto run = co_await find_run(context->provider, asked->run);
    if (!run) co_return fail(std::move(run.error()));

    if (asked->wait_s == 0) {
        const Waited now{*std::move(run), false};
        co_return described(*context, now, asked->steps);
    }
    if (!has_to_wait(context->provider, *run, asked->until)) {
        co_return co_await wait_and_look(context, *run, *asked, call);
    }
    auto work = [context, seen = *run, asked = *asked](std::shared_ptr<mcp::Call> later) {
        return wait_and_look(context, seen, asked, std::move(later));
    };
    mcp::Outcome outcome;
    boost::json::object kept;
    kept["until"] = name_of(asked->until);
    kept["steps"] = asked->steps;
    kept["seen"] = run->version;
    outcome.rest = rest_of(context, *run, tool_name, about(arguments), std::move(work), std::move(kept));
    co_return outcome;
}

std::optional<mcp::Rest> resumed(const std::shared_ptr<const Context>& context, std::string_view kept) {
    auto work = [context](builds::Run run, const boost::json::object& was, std::shared_ptr<mcp::Call> call) {
        Asked asked;
        if (const auto* until = was.if_contains("until"); until != nullptr && until->is_string()) {
            asked.until = until_from(until->as_string()).value_or(Until::change);
        }
        if (const auto* steps = was.if_contains("steps"); steps != nullptr && steps->is_bool()) {
            asked.steps = steps->as_bool();
        }
        // A change is one since the call. Where the count began anew with the process, it is told at once.
        if (const auto* seen = was.if_contains("seen"); seen != nullptr && seen->is_number()) {
            run.version = seen->to_number<std::uint64_t>();
        }
        return wait_and_look(context, std::move(run), asked, std::move(call));
    };
    return rest_again(context, tool_name, kept, std::move(work));
}

}  // namespace

mcp::Tool status(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = tool_name;
    tool.title = "Run status";
    tool.description =
        "Where a run stands: jobs with the step that runs or failed, times, and the preview's state and URL "
        "(requested, "
        "building, deployed, reachable, failed, expired, removed). With wait_s it answers when something changes, or "
        "when "
        "`until` is true: no polling is needed.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = true};
    tool.task = mcp::TaskUse::for_rest;
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        return or_failed(context, look(context, std::move(arguments), call), tool_name, call, std::move(subject));
    };
    tool.resume = [context](std::string_view kept) { return resumed(context, kept); };
    return tool;
}

}  // namespace flux::tools
