#include "tools/status.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "tools/answer.hpp"
#include "tools/run_id_argument.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"
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
"type":"object","properties":{
"run":{"type":"object","properties":{"run_id":{"type":"integer"},"status":{"type":"string"},
"conclusion":{"type":["string","null"]},"html_url":{"type":["string","null"]},"created_at":{"type":"string"},
"head_branch":{"type":"string"}}},
"elapsed_s":{"type":"number"},
"jobs":{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},
"status":{"type":"string"},"conclusion":{"type":["string","null"]},"duration_s":{"type":"number"},
"current_step":{"type":"string"}}}},"jobs_total":{"type":"integer"},
"waiting_for":{"type":"object"},
"preview":{"type":"object","properties":{"state":{"type":"string"},"url":{"type":["string","null"]}}},
"changed":{"type":"boolean"},"look_again_in_s":{"type":"integer"},"next":{"type":"array"}}})json";

constexpr std::size_t most_jobs = 40;
constexpr std::size_t most_jobs_with_steps = 8;

struct Asked {
    std::optional<builds::RunId> run;
    std::string branch;
    std::int64_t wait_s = 0;
    Until until = Until::change;
    bool steps = false;
};

Result<Asked> read(const json::Arguments& arguments) {
    const auto known = arguments.only({"run_id", "branch", "wait_s", "until", "steps"});
    if (!known) return fail(known.error());
    const auto run = optional_run_id_argument(arguments);
    if (!run) return fail(run.error());
    const auto branch = arguments.optional_text("branch");
    if (!branch) return fail(branch.error());
    if (run->has_value() == branch->has_value()) {
        return fail(Errc::invalid_argument,
                    "Give either `run_id` (from builds.createPreview or builds.list) or `branch` (its newest run), and "
                    "not both.");
    }
    const auto wait = arguments.optional_integer("wait_s", 0, 45);
    if (!wait) return fail(wait.error());
    const auto until = arguments.optional_choice("until", {"change", "completed", "reachable"});
    if (!until) return fail(until.error());
    const auto steps = arguments.optional_boolean("steps");
    if (!steps) return fail(steps.error());

    Asked asked;
    asked.run = *run;
    asked.wait_s = wait->value_or(0);
    asked.steps = steps->value_or(false);
    if (*until == "completed") asked.until = Until::completed;
    if (*until == "reachable") asked.until = Until::reachable;
    if (*branch) {
        const auto name = builds::BranchName::parse(**branch);
        if (!name) return fail(name.error());
        asked.branch = name->text();
    }
    return asked;
}

async::Task<Result<builds::RunId>> newest_run(builds::Provider& provider, std::string branch) {
    builds::ListQuery query;
    query.branch = branch;
    query.limit = 1;
    auto page = co_await provider.runs(std::move(query));
    if (!page) co_return fail(std::move(page.error()));
    if (page->items.empty()) {
        co_return fail(
            Errc::not_found,
            fmt::format("There is no run of the branch \"{}\" yet. Start one with builds.createPreview, or see "
                        "builds.list {{\"kind\":\"branches\"}} for the branches there are.",
                        branch),
            "run_not_found");
    }
    co_return page->items.front().id;
}

/// Why a run that isn't over does nothing at the moment.
std::optional<boost::json::object> waiting_for(const builds::Run& run) {
    using builds::Status;
    if (run.status != Status::queued && run.status != Status::waiting && run.status != Status::pending) return {};
    std::string detail = run.reason;
    for (const auto& job : run.jobs) {
        if (detail.empty() && !job.reason.empty()) detail = job.name + ": " + job.reason;
    }
    if (detail.empty()) detail = "the run has not started yet";
    boost::json::object result;
    result["kind"] = builds::name_of(run.status);
    result["detail"] = detail;
    return result;
}

std::int64_t look_again_in_s(const builds::Run& run) {
    if (builds::is_over(run) && is_settled(run.preview)) return 0;
    return run.status == builds::Status::in_progress ? 5 : 10;
}

NextCalls next_calls(const builds::Run& run) {
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    if (has_failed(run.conclusion)) {
        auto again = of_run;
        return {{"builds.tailLogs", std::move(of_run)}, {"builds.rerun", std::move(again)}};
    }
    if (!builds::is_over(run)) {
        of_run["wait_s"] = 45;
        of_run["until"] = "reachable";
        return {{"builds.status", std::move(of_run)}};
    }
    if (run.conclusion == builds::Conclusion::cancelled) {
        of_run["failed_only"] = false;
        return {{"builds.rerun", std::move(of_run)}};
    }
    return {};
}

mcp::Outcome report(const builds::Run& run, bool steps, bool changed, WallTime now) {
    const auto limit = steps ? most_jobs_with_steps : most_jobs;
    const auto elapsed =
        duration_s(run.started_at ? *run.started_at : run.created_at, run.completed_at, now).value_or(0);
    const auto waits = waiting_for(run);
    const auto next = next_calls(run);

    boost::json::object structured;
    structured["run"] = run_json(run);
    structured["elapsed_s"] = elapsed;
    structured["jobs"] = jobs_json(run, steps, limit, now);
    structured["jobs_total"] = run.jobs.size();
    if (waits) structured["waiting_for"] = *waits;
    structured["preview"] = preview_json(run.preview);
    structured["changed"] = changed;
    structured["look_again_in_s"] = look_again_in_s(run);
    structured["next"] = to_json(next);

    auto text = run_report(run, limit, steps, now);
    text += fmt::format("Elapsed: {}\n", duration_text(elapsed));
    if (waits)
        text += fmt::format("Waiting ({}): {}\n", waits->at("kind").as_string(), waits->at("detail").as_string());
    if (changed) text += "It changed while you waited.\n";
    if (const auto seconds = look_again_in_s(run); seconds > 0) text += fmt::format("Look again in {} s.\n", seconds);
    text += to_text(next);
    return answer(std::move(text), structured);
}

async::Task<Result<mcp::Outcome>> look(std::shared_ptr<const Context> context, json::Arguments arguments,
                                       std::shared_ptr<mcp::Call> call) {
    auto asked = read(arguments);
    if (!asked) co_return fail(std::move(asked.error()));

    if (!asked->run) {
        auto newest = co_await newest_run(context->provider, asked->branch);
        if (!newest) co_return fail(std::move(newest.error()));
        asked->run = *newest;
    }
    auto run = co_await context->provider.find(*asked->run);
    if (!run) co_return fail(std::move(run.error()));

    Waited waited{*std::move(run), false};
    if (asked->wait_s > 0) {
        const auto end = wait_end(*call, asked->wait_s);
        auto result = co_await wait_for(context->provider, waited.run, asked->until, end, call);
        if (!result) co_return fail(std::move(result.error()));
        waited = *std::move(result);
    }
    co_return report(waited.run, asked->steps, waited.changed, context->clock.wall_now());
}

}  // namespace

mcp::Tool status(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = "builds.status";
    tool.title = "Run status";
    tool.description =
        "Where a run stands: its jobs with the step that runs or failed, how long it took, and the preview's state and "
        "URL (requested, building, deployed, reachable, failed, expired, removed). With wait_s the answer comes when "
        "something changes (or with `until` when the run is completed or the page reachable), so no polling is needed.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = true};
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        return or_failed(look(context, std::move(arguments), std::move(call)), std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
