#include "tools/listed_resources.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/text.hpp"
#include "mcp/change_feed.hpp"
#include "tools/completions.hpp"
#include "tools/listing.hpp"
#include "tools/resource_reading.hpp"

namespace flux::tools {

namespace {

using mcp::ResourceAddress;
using mcp::ResourceReading;

constexpr std::size_t most_items = 100;

async::Task<Result<ResourceReading>> read_previews(std::shared_ptr<const Context> context) {
    builds::ListQuery query;
    query.limit = most_items;
    auto listing = co_await read_listing(context->provider, "previews", std::move(query));
    if (!listing) co_return fail(std::move(listing.error()));
    co_return json_reading(to_json("previews", *std::move(listing)));
}

async::Task<Result<ResourceReading>> read_workflows(std::shared_ptr<const Context> context, ResourceAddress address,
                                                    std::string principal) {
    builds::ListQuery query;
    query.principal = std::move(principal);
    query.branch = address.variables.get("branch");
    query.limit = most_items;
    auto listing = co_await read_listing(context->provider, "workflows", std::move(query));
    if (!listing) co_return fail(std::move(listing.error()));
    co_return json_reading(std::move(listing->items));
}

async::Task<Result<ResourceReading>> read_workflow(std::shared_ptr<const Context> context, ResourceAddress address,
                                                   std::string principal) {
    const auto file = address.variables.get("file");
    builds::ListQuery query;
    query.principal = std::move(principal);
    query.branch = address.variables.get("branch");
    query.workflow = file;
    query.limit = most_items;
    const auto page = co_await context->provider.workflows(std::move(query));
    if (!page) co_return fail(page.error());
    for (const auto& workflow : page->items) {
        if (workflow.file == file) co_return json_reading(workflow_json(workflow));
    }
    co_return fail(
        Errc::not_found,
        fmt::format("There is no workflow \"{}\" under .github/workflows; flux://workflows lists those there "
                    "are.",
                    shortened(to_utf8(file), 80)),
        "workflow_not_found");
}

}  // namespace

mcp::Resource previews_resource(std::shared_ptr<const Context> context) {
    mcp::Resource resource;
    resource.uri = "flux://previews";
    resource.name = "previews";
    resource.title = "Previews";
    resource.description = "Every preview with its state and URL, as builds.list answers.";
    resource.mime_type = json_type;
    resource.read = [context](ResourceAddress, std::shared_ptr<mcp::Call>) { return read_previews(context); };
    resource.watch = [context](const ResourceAddress&, const admission::Visitor&) -> std::unique_ptr<mcp::ChangeFeed> {
        auto changes = context->provider.watch_runs();
        return changes ? mcp::feed_of(std::move(changes)) : nullptr;
    };
    return resource;
}

mcp::Resource workflows_resource(std::shared_ptr<const Context> context) {
    mcp::Resource resource;
    resource.uri = "flux://workflows{?branch}";
    resource.name = "workflows";
    resource.title = "Workflows";
    resource.description = "The workflows of a branch (or of the default branch) with the inputs that they take.";
    resource.mime_type = json_type;
    resource.read = [context](ResourceAddress address, std::shared_ptr<mcp::Call> call) {
        return read_workflows(context, std::move(address), call->visitor().principal);
    };
    resource.completers = {{"branch", complete_branch(context)}};
    return resource;
}

mcp::Resource workflow_resource(std::shared_ptr<const Context> context) {
    mcp::Resource resource;
    resource.uri = "flux://workflows/{file}{?branch}";
    resource.name = "workflow";
    resource.title = "Workflow";
    resource.description = "One workflow of a branch: whether it can be started, and the inputs that it takes.";
    resource.mime_type = json_type;
    resource.read = [context](ResourceAddress address, std::shared_ptr<mcp::Call> call) {
        return read_workflow(context, std::move(address), call->visitor().principal);
    };
    resource.completers = {{"file", complete_workflow(context)}, {"branch", complete_branch(context)}};
    return resource;
}

}  // namespace flux::tools
