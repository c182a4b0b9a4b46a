#include "tools/list.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/text.hpp"
#include "tools/answer.hpp"
#include "tools/listing.hpp"

namespace flux::tools {

namespace {

constexpr std::string_view input_schema = R"json({
"type":"object","additionalProperties":false,"properties":{
"kind":{"enum":["runs","previews","workflows","branches"],"description":"Default runs"},
"branch":{"type":"string"},"workflow":{"type":"string"},
"status":{"type":"string","description":"Status or conclusion of runs, state of previews"},
"limit":{"type":"integer","minimum":1,"maximum":100,"description":"Default 10"},
"cursor":{"type":"string","description":"For the next page"}}})json";

constexpr std::string_view output_schema = R"json({
"type":"object","properties":{"kind":{"type":"string"},"items":{"type":"array","items":{"type":"object"}},
"cursor":{"type":["string","null"]}}})json";

struct Asked {
    std::string kind;
    builds::ListQuery query;
};

Result<Asked> read(const json::Arguments& arguments) {
    const auto known = arguments.only({"kind", "branch", "status", "workflow", "limit", "cursor"});
    if (!known) return fail(known.error());
    const auto kind = arguments.optional_choice("kind", {"runs", "previews", "workflows", "branches"});
    if (!kind) return fail(kind.error());
    Asked asked{.kind = kind->value_or("runs"), .query = {}};
    for (const auto& [name, into] :
         {std::pair{"branch", &asked.query.branch}, std::pair{"status", &asked.query.status},
          std::pair{"workflow", &asked.query.workflow}, std::pair{"cursor", &asked.query.cursor}}) {
        auto value = arguments.optional_text(name);
        if (!value) return fail(std::move(value.error()));
        *into = value->value_or("");
    }
    const auto limit = arguments.optional_integer("limit", 1, 100);
    if (!limit) return fail(limit.error());
    asked.query.limit = static_cast<std::size_t>(limit->value_or(10));

    const auto& status = asked.query.status;
    const bool known_status = asked.kind == "previews" ? builds::preview_state_from(status).has_value()
                                                       : builds::status_from(status) || builds::conclusion_from(status);
    if (!status.empty() && !known_status) {
        return fail(
            Errc::invalid_argument,
            asked.kind == "previews"
                ? fmt::format("`status` of previews is one of requested, building, deployed, reachable, failed, "
                              "expired, removed, not \"{}\".",
                              shortened(status, 40))
                : fmt::format("`status` is a run's status (queued, in_progress, completed, …) or conclusion "
                              "(success, failure, cancelled, timed_out, …), not \"{}\".",
                              shortened(status, 40)));
    }
    return asked;
}

std::string empty_text(const Asked& asked) {
    const auto& query = asked.query;
    if (!query.branch.empty() || !query.status.empty() || !query.workflow.empty() || !query.cursor.empty()) {
        return fmt::format("No {} fit. Leave out `branch`, `status` or `workflow` to see all.", asked.kind);
    }
    return fmt::format("There are no {} yet. Start a run with builds.createPreview {{\"branch\":\"…\"}}.", asked.kind);
}

async::Task<Result<mcp::Outcome>> list_items(std::shared_ptr<const Context> context, json::Arguments arguments,
                                             std::string principal) {
    auto asked = read(arguments);
    if (!asked) co_return fail(std::move(asked.error()));
    asked->query.principal = std::move(principal);

    auto listing = co_await read_listing(context->provider, asked->kind, asked->query);
    if (!listing) co_return fail(std::move(listing.error()));

    auto text = listing->items.empty() ? empty_text(*asked) : fmt::format("{}:\n{}", asked->kind, listing->lines);
    if (!listing->cursor.empty()) {
        text += fmt::format("There are more: the same call with \"cursor\":\"{}\".\n", listing->cursor);
    }
    co_return answer(to_utf8(text), to_json(asked->kind, *std::move(listing)));
}

}  // namespace

mcp::Tool list(std::shared_ptr<const Context> context) {
    mcp::Tool tool;
    tool.name = "builds.list";
    tool.title = "List";
    tool.description =
        "Runs (newest first), previews with their URLs, workflows with the inputs that `payload` takes, or branches.";
    tool.input_schema = input_schema;
    tool.output_schema = output_schema;
    tool.annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = true};
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call> call) {
        auto subject = about(arguments);
        auto principal = call->visitor().principal;
        return or_failed(context, list_items(context, std::move(arguments), std::move(principal)), "builds.list",
                         std::move(call), std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
