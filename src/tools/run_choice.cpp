#include "tools/run_choice.hpp"

#include <fmt/format.h>

#include <utility>

#include "tools/run_id_argument.hpp"

namespace flux::tools {

namespace {

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

}  // namespace

Result<RunChoice> read_run_choice(const json::Arguments& arguments) {
    const auto run = optional_run_id_argument(arguments);
    if (!run) return fail(run.error());
    const auto branch = arguments.optional_text("branch");
    if (!branch) return fail(branch.error());
    if (run->has_value() == branch->has_value()) {
        return fail(Errc::invalid_argument,
                    "Give either `run_id` (from builds.createPreview or builds.list) or `branch` (its newest run), and "
                    "not both.");
    }
    RunChoice choice;
    choice.run = *run;
    if (*branch) {
        const auto name = builds::BranchName::parse(**branch);
        if (!name) return fail(name.error());
        choice.branch = name->text();
    }
    return choice;
}

async::Task<Result<builds::Run>> find_run(builds::Provider& provider, RunChoice choice, int attempt) {
    if (!choice.run) {
        auto newest = co_await newest_run(provider, choice.branch);
        if (!newest) co_return fail(std::move(newest.error()));
        choice.run = *newest;
    }
    co_return co_await provider.find(*choice.run, attempt);
}

}  // namespace flux::tools
