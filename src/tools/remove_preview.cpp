#include "tools/remove_preview.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "tools/answer.hpp"
#include "tools/run_id_argument.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"properties":{
"branch":{"type":"string","description":"All previews of this branch"},
"run_id":{"type":["integer","string"],"minimum":1,"description":"This run's only"}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"preview":{"type":"object","properties":{"state":{"type":"string"}}},
"teardown_run_id":{"type":["integer","null"]},"next":{"type":"array"}}})json";

using What = std::variant<builds::RunId, builds::BranchName>;

Result<What> read(const json::Arguments& arguments) {
    if (const auto known = arguments.only({"branch", "run_id"}); !known) return fail(known.error());
    const auto run = optional_run_id_argument(arguments);
    if (!run) return fail(run.error());
    const auto branch = arguments.optional_text("branch");
    if (!branch) return fail(branch.error());
    if (run->has_value() == branch->has_value()) {
        return fail(Errc::invalid_argument,
                    "Give either `branch` (all its previews) or `run_id` (that run's only), and not both. "
                    "builds.list {\"kind\":\"previews\"} shows them.");
    }
    if (*run) return What{**run};
    auto name = builds::BranchName::parse(**branch);
    if (!name) return fail(std::move(name.error()));
    return What{*std::move(name)};
}

async::Task<Result<mcp::Outcome>> remove(std::shared_ptr<const Context> context, json::Arguments arguments,
                                         std::string principal) {
    auto what = read(arguments);
    if (!what) co_return fail(std::move(what.error()));
    if (const auto* branch = std::get_if<builds::BranchName>(&*what)) {
        if (const auto allowed = context->policy.allows_branch(branch->text()); !allowed) {
            co_return fail(allowed.error());
        }
    } else if (!context->policy.branches.empty()) {
        const auto run = co_await context->provider.find(std::get<builds::RunId>(*what));
        if (!run) co_return fail(run.error());
        const auto allowed = context->policy.allows_branch(run->head_branch);
        if (!allowed) co_return fail(allowed.error());
    }

    auto preview = co_await context->provider.remove_preview(*std::move(what), std::move(principal));
    if (!preview) co_return fail(std::move(preview.error()));

    boost::json::object of_branch;
    of_branch["branch"] = preview->branch;
    const NextCalls next{{"builds.createPreview", std::move(of_branch)}};
    boost::json::object structured;
    auto shown = preview_json(*preview);
    shown["branch"] = preview->branch;
    if (preview->run_id > 0) shown["run_id"] = preview->run_id;
    structured["preview"] = std::move(shown);
    // A workflow that takes a deployment down is something only hosted providers have.
    structured["teardown_run_id"] = nullptr;
    structured["next"] = to_json(next);
    const auto subject = preview->run_id > 0 ? fmt::format("run {} ({})", preview->run_id, preview->branch)
                                             : fmt::format("branch {}", preview->branch);
    auto text = fmt::format("The preview of {} is {}. No teardown run was needed.\nTo have it back: {}", subject,
                            builds::name_of(preview->state), to_text(next.front()));
    co_return answer(std::move(text), structured);
}

}  // namespace

mcp::Tool remove_preview(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = "builds.removePreview";
    tool.title = "Remove preview";
    tool.description = "Takes a preview off the net: of a branch with all its runs' pages, or of one run. Logs stay.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = false, .destructive = true, .idempotent = true, .open_world = true};
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        auto principal = call->visitor().principal;
        return or_failed(context, remove(context, std::move(arguments), std::move(principal)), "builds.removePreview",
                         std::move(call), std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
