#include "tools/listing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "base/text.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"

namespace flux::tools {

namespace {

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
    listing.items.push_back(workflow_json(workflow));
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

}  // namespace

boost::json::object workflow_json(const builds::Workflow& workflow) {
    boost::json::object item;
    item["file"] = to_utf8(workflow.file);
    item["name"] = to_utf8(workflow.name);
    item["dispatchable"] = workflow.dispatchable;
    item["problem"] = workflow.problem.empty() ? boost::json::value{} : boost::json::value(to_utf8(workflow.problem));
    boost::json::array inputs;
    for (const auto& input : workflow.inputs) inputs.push_back(input_json(input));
    item["inputs"] = std::move(inputs);
    return item;
}

boost::json::object to_json(std::string_view kind, Listing listing) {
    boost::json::object result;
    result["kind"] = kind;
    result["items"] = std::move(listing.items);
    result["cursor"] = nullptr;
    if (!listing.cursor.empty()) result["cursor"] = listing.cursor;
    return result;
}

async::Task<Result<Listing>> read_listing(builds::Provider& provider, std::string_view kind, builds::ListQuery query) {
    if (kind == "previews") return gather(provider.previews(std::move(query)));
    if (kind == "workflows") return gather(provider.workflows(std::move(query)));
    if (kind == "branches") return gather(provider.branches(std::move(query)));
    return gather(provider.runs(std::move(query)));
}

}  // namespace flux::tools
