#include "tools/list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "base/text.hpp"
#include "tools/answer.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

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

/// Items as JSON and as text, one line each.
struct Listing {
    boost::json::array items;
    std::string lines;
    std::string cursor;
};

void add(Listing& listing, const builds::Run& run) {
    auto item = run_json(run);
    item["preview"] = preview_json(run.preview);
    listing.items.push_back(std::move(item));
    listing.lines +=
        fmt::format("- run {}: {} at {}, {} ({}), {}", run.id, run.head_branch, run.head_sha.substr(0, 9),
                    state_text(run.status, run.conclusion), run.workflow_file.empty() ? run.name : run.workflow_file,
                    rfc3339_seconds(run.created_at));
    if (!run.preview.url.empty()) {
        listing.lines += fmt::format(", preview {} {}", builds::name_of(run.preview.state), run.preview.url);
    }
    if (!run.html_url.empty()) listing.lines += fmt::format(", {}", run.html_url);
    listing.lines += "\n";
}

void add(Listing& listing, const builds::Preview& preview) {
    auto item = preview_json(preview);
    item["branch"] = to_utf8(preview.branch);
    item["run_id"] = preview.run_id;
    listing.items.push_back(std::move(item));
    listing.lines += fmt::format("- {} (run {}): {}\n", preview.branch, preview.run_id, preview_line(preview));
}

void add(Listing& listing, const builds::Branch& branch) {
    boost::json::object item;
    item["name"] = to_utf8(branch.name);
    item["head_sha"] = branch.head_sha;
    item["subject"] = to_utf8(branch.subject);
    item["committed_at"] = rfc3339_seconds(branch.committed_at);
    listing.items.push_back(std::move(item));
    listing.lines += fmt::format("- {} at {}, {}: {}\n", branch.name, branch.head_sha.substr(0, 9),
                                 rfc3339_seconds(branch.committed_at), branch.subject);
}

boost::json::object input_json(const builds::WorkflowInput& input) {
    boost::json::object result;
    result["name"] = to_utf8(input.name);
    result["type"] = input.type;
    result["required"] = input.required;
    if (!input.description.empty()) result["description"] = to_utf8(input.description);
    if (!input.default_value.empty()) result["default"] = to_utf8(input.default_value);
    if (!input.options.empty()) {
        boost::json::array options;
        for (const auto& option : input.options) options.emplace_back(to_utf8(option));
        result["options"] = std::move(options);
    }
    return result;
}

std::string input_text(const builds::WorkflowInput& input) {
    auto text = fmt::format("{}: {}", input.name, input.type);
    if (!input.options.empty()) text += fmt::format(" of {}", fmt::join(input.options, "|"));
    if (input.required) text += ", required";
    if (!input.default_value.empty()) text += fmt::format(", default {}", input.default_value);
    if (!input.description.empty()) text += fmt::format(" ({})", input.description);
    return text;
}

void add(Listing& listing, const builds::Workflow& workflow) {
    boost::json::object item;
    item["file"] = to_utf8(workflow.file);
    item["name"] = to_utf8(workflow.name);
    item["dispatchable"] = workflow.dispatchable;
    if (!workflow.problem.empty()) item["problem"] = to_utf8(workflow.problem);
    boost::json::array inputs;
    for (const auto& input : workflow.inputs) inputs.push_back(input_json(input));
    item["inputs"] = std::move(inputs);
    listing.items.push_back(std::move(item));

    listing.lines += fmt::format("- {} \"{}\": {}", workflow.file, workflow.name,
                                 workflow.dispatchable ? "can be started" : "cannot be started");
    if (!workflow.problem.empty()) listing.lines += fmt::format(" [{}]", workflow.problem);
    listing.lines += workflow.inputs.empty() ? ", no inputs\n" : ", payload:\n";
    for (const auto& input : workflow.inputs) listing.lines += fmt::format("    {}\n", input_text(input));
}

template <class Item>
async::Task<Result<Listing>> gather(async::Task<Result<builds::Page<Item>>> asking) {
    auto page = co_await std::move(asking);
    if (!page) co_return fail(std::move(page.error()));
    Listing listing;
    listing.cursor = page->cursor;
    for (const auto& item : page->items) add(listing, item);
    co_return listing;
}

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

async::Task<Result<mcp::Outcome>> list_items(std::shared_ptr<const Context> context, json::Arguments arguments) {
    auto asked = read(arguments);
    if (!asked) co_return fail(std::move(asked.error()));

    auto& provider = context->provider;
    Result<Listing> listing;
    if (asked->kind == "runs") listing = co_await gather(provider.runs(asked->query));
    if (asked->kind == "previews") listing = co_await gather(provider.previews(asked->query));
    if (asked->kind == "workflows") listing = co_await gather(provider.workflows(asked->query));
    if (asked->kind == "branches") listing = co_await gather(provider.branches(asked->query));
    if (!listing) co_return fail(std::move(listing.error()));

    boost::json::object structured;
    structured["kind"] = asked->kind;
    auto text = listing->items.empty() ? empty_text(*asked) : fmt::format("{}:\n{}", asked->kind, listing->lines);
    structured["items"] = std::move(listing->items);
    if (listing->cursor.empty()) {
        structured["cursor"] = nullptr;
    } else {
        structured["cursor"] = listing->cursor;
        text += fmt::format("There are more: the same call with \"cursor\":\"{}\".\n", listing->cursor);
    }
    co_return answer(to_utf8(text), structured);
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
    tool.run = [context](json::Arguments arguments, std::shared_ptr<mcp::Call>) {
        auto subject = about(arguments);
        return or_failed(list_items(context, std::move(arguments)), std::move(subject));
    };
    return tool;
}

}  // namespace flux::tools
