#include "tools/completions.hpp"

#include <string>
#include <utility>

#include "base/text.hpp"
#include "tools/run_id_argument.hpp"

namespace flux::tools {

namespace {

using mcp::Completion;
using mcp::CompletionQuery;

constexpr std::size_t most_values = 100;

bool holds(std::string_view name, std::string_view typed) {
    return ascii_lower(name).find(ascii_lower(typed)) != std::string::npos;
}

async::Task<Result<Completion>> branches(std::shared_ptr<const Context> context, CompletionQuery query,
                                         std::string principal) {
    builds::ListQuery list;
    list.principal = std::move(principal);
    list.branch = query.value;
    list.limit = most_values;
    auto page = co_await context->provider.branches(std::move(list));
    if (!page) co_return fail(std::move(page.error()));
    Completion completion;
    for (const auto& branch : page->items) {
        if (context->policy.allows_branch(branch.name)) completion.values.push_back(to_utf8(branch.name));
    }
    completion.has_more = !page->cursor.empty();
    co_return completion;
}

async::Task<Result<Completion>> workflows(std::shared_ptr<const Context> context, CompletionQuery query,
                                          std::string principal) {
    builds::ListQuery list;
    list.principal = std::move(principal);
    list.branch = query.arguments.get("branch");
    list.limit = most_values;
    auto page = co_await context->provider.workflows(std::move(list));
    if (!page) co_return fail(std::move(page.error()));
    Completion completion;
    for (const auto& workflow : page->items) {
        if (!holds(workflow.file, query.value) || !context->policy.allows_workflow(workflow.file)) continue;
        completion.values.push_back(to_utf8(workflow.file));
    }
    co_return completion;
}

async::Task<Result<Completion>> run_ids(std::shared_ptr<const Context> context, CompletionQuery query,
                                        std::string principal) {
    builds::ListQuery list;
    list.principal = std::move(principal);
    list.branch = query.arguments.get("branch");
    list.limit = most_values;
    auto page = co_await context->provider.runs(std::move(list));
    if (!page) co_return fail(std::move(page.error()));
    Completion completion;
    for (const auto& run : page->items) {
        auto id = std::to_string(run.id);
        if (id.starts_with(query.value)) completion.values.push_back(std::move(id));
    }
    completion.has_more = !page->cursor.empty();
    co_return completion;
}

async::Task<Result<Completion>> jobs(std::shared_ptr<const Context> context, CompletionQuery query, std::string) {
    Completion completion;
    const auto id = run_id_from(query.arguments.get("run_id"));
    if (!id) co_return completion;
    const auto run = co_await context->provider.find(*id);
    // A run that isn't there has no jobs to offer: no error while somebody types.
    if (!run) co_return completion;
    for (const auto& job : run->jobs) {
        if (holds(job.name, query.value)) completion.values.push_back(to_utf8(job.name));
    }
    co_return completion;
}

using Finder = async::Task<Result<Completion>> (*)(std::shared_ptr<const Context>, CompletionQuery, std::string);

mcp::Completer completer(std::shared_ptr<const Context> context, Finder find) {
    return [context = std::move(context), find](CompletionQuery query, std::shared_ptr<mcp::Call> call) {
        return find(context, std::move(query), call->visitor().principal);
    };
}

}  // namespace

mcp::Completer complete_branch(std::shared_ptr<const Context> context) {
    return completer(std::move(context), branches);
}

mcp::Completer complete_workflow(std::shared_ptr<const Context> context) {
    return completer(std::move(context), workflows);
}

mcp::Completer complete_run_id(std::shared_ptr<const Context> context) {
    return completer(std::move(context), run_ids);
}

mcp::Completer complete_job(std::shared_ptr<const Context> context) { return completer(std::move(context), jobs); }

}  // namespace flux::tools
