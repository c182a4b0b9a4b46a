#include "providers/local/run_preparation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "providers/local/static_site.hpp"
#include "workflow/reader.hpp"
#include "workflow/support.hpp"

namespace flux::providers::local {

namespace {

constexpr std::string_view folder = ".github/workflows/";

struct ReadFile {
    workflow::ReadWorkflow read;
    std::string path;
};

Result<ReadFile> read_file(const Repository& repository, const std::string& sha, const std::string& file) {
    const auto path = workflow_path(file);
    const auto text = repository.read_file(sha, path, workflow::max_workflow_bytes);
    if (!text && text.error().code == Errc::too_large) {
        return fail(Errc::invalid_argument, text.error().message, "workflow_invalid");
    }
    if (!text) return fail(text.error());
    auto read = workflow::read_workflow(*text, path);
    if (!read) {
        return fail(workflow::to_error(read.error(), path, Errc::invalid_argument, "workflow_invalid"));
    }
    return ReadFile{*std::move(read), path};
}

Error not_dispatchable(const workflow::Triggers& on, const std::string& path) {
    std::string lines = "on:\n";
    for (const auto& event : on.events) lines += fmt::format("  {}:\n", event.text);
    lines += "  workflow_dispatch:";
    return {
        Errc::invalid_argument,
        fmt::format("`{}` can't be started by hand, because it has no `workflow_dispatch` trigger. Add it (and keep "
                    "the filters of the others), then commit:\n{}",
                    path, lines),
        "workflow_not_dispatchable",
        {}};
}

Result<ReadyWorkflow> ready(ReadFile file, std::string name) {
    const auto& workflow = file.read.workflow;
    if (!workflow.on.dispatch) return fail(not_dispatchable(workflow.on, file.path));
    const auto support = workflow::check_support(workflow);
    if (!support.refusals.empty()) {
        return fail(workflow::to_error(support.refusals, file.path, Errc::unsupported, "workflow_unsupported"));
    }
    ReadyWorkflow found{.file = std::move(name), .workflow = {}, .notes = {}};
    for (const auto& note : file.read.notes) found.notes.push_back(workflow::to_line(note, file.path));
    for (const auto& note : support.notes) found.notes.push_back(workflow::to_line(note, file.path));
    found.workflow = std::make_shared<const workflow::Workflow>(std::move(file.read.workflow));
    return found;
}

ReadyWorkflow built_in() {
    auto read = workflow::read_workflow(static_site_workflow, "static preview");
    return {.file = {},
            .workflow = std::make_shared<const workflow::Workflow>(std::move(read.value().workflow)),
            .notes = {"The branch has no workflow, so its files are published as they are."}};
}

Error no_such_workflow(const std::string& asked, const std::string& branch, const std::vector<std::string>& files) {
    auto message = fmt::format("There is no `{}` on branch `{}`.", workflow_path(asked), branch);
    if (files.empty()) {
        message += " It has no workflow at all, and no index.html to show as it is. Commit one of them.";
    } else {
        message += fmt::format(" Its workflows are: {}. Name one of them as `workflow`.", fmt::join(files, ", "));
    }
    return {Errc::not_found, std::move(message), "workflow_not_found", {}};
}

/// The only one that can be dispatched, if there is exactly one.
std::optional<std::string> only_dispatchable(const Repository& repository, const std::string& sha,
                                             const std::vector<std::string>& files) {
    std::optional<std::string> only;
    for (const auto& file : files) {
        const auto read = read_file(repository, sha, file);
        if (!read || !read->read.workflow.on.dispatch) continue;
        if (only) return {};
        only = file;
    }
    return only;
}

std::string bare(std::string_view asked) {
    if (asked.starts_with("./")) asked.remove_prefix(2);
    if (asked.starts_with(folder)) asked.remove_prefix(folder.size());
    return std::string{asked};
}

}  // namespace

std::string workflow_path(const std::string& file) { return std::string{folder} + file; }

Result<ReadyWorkflow> ready_workflow(const Repository& repository, const LocalOptions& options,
                                     const std::string& branch, const std::string& sha, const std::string& asked) {
    const auto files = repository.workflow_files(sha);
    if (!files) return fail(files.error());

    auto file = asked.empty() ? options.workflow_file : bare(asked);
    std::vector<std::string> notes;
    if (std::ranges::find(*files, file) == files->end()) {
        if (!asked.empty()) return fail(no_such_workflow(file, branch, *files));
        if (files->empty()) {
            const auto page = repository.has_file(sha, "index.html");
            if (!page) return fail(page.error());
            if (*page) return built_in();
        }
        const auto only = options.any_workflow ? only_dispatchable(repository, sha, *files) : std::nullopt;
        if (!only) return fail(no_such_workflow(file, branch, *files));
        notes.push_back(
            fmt::format("There is no `{}` on this branch; `{}` is the only workflow that can be dispatched, "
                        "so it runs.",
                        workflow_path(file), workflow_path(*only)));
        file = *only;
    }
    auto read = read_file(repository, sha, file);
    if (!read) return fail(std::move(read.error()));
    auto found = ready(*std::move(read), file);
    if (found) found->notes.insert(found->notes.begin(), notes.begin(), notes.end());
    return found;
}

Result<ReadyWorkflow> same_workflow(const Repository& repository, const std::string& sha, const std::string& file) {
    if (file.empty()) return built_in();
    auto read = read_file(repository, sha, file);
    if (!read) return fail(std::move(read.error()));
    return ready(*std::move(read), file);
}

Result<std::vector<builds::Workflow>> describe_workflows(const Repository& repository, const std::string& sha) {
    const auto files = repository.workflow_files(sha);
    if (!files) return fail(files.error());
    std::vector<builds::Workflow> described;
    for (const auto& file : *files) {
        builds::Workflow one{.file = file, .name = file, .dispatchable = false, .problem = {}, .inputs = {}};
        auto read = read_file(repository, sha, file);
        if (!read) {
            one.problem = read.error().message;
            described.push_back(std::move(one));
            continue;
        }
        const auto& workflow = read->read.workflow;
        if (!workflow.name.empty()) one.name = workflow.name;
        for (const auto& input : workflow.on.inputs) {
            one.inputs.push_back(builds::WorkflowInput{
                .name = input.name,
                .type = workflow::name_of(input.type),
                .required = input.required,
                .description = input.description,
                .default_value = input.default_value ? workflow::to_string(*input.default_value) : std::string{},
                .options = input.options,
            });
        }
        const auto can_run = ready(*std::move(read), file);
        one.dispatchable = can_run.has_value();
        if (!can_run) one.problem = can_run.error().message;
        described.push_back(std::move(one));
    }
    return described;
}

}  // namespace flux::providers::local
