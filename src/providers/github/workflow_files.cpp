#include "providers/github/workflow_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "net/url.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"
#include "workflow/diagnostic.hpp"
#include "workflow/reader.hpp"

namespace flux::providers::github {

namespace {

constexpr std::string_view folder = ".github/workflows/";
constexpr std::size_t most_files = 50;
constexpr std::size_t most_branches = 1000;

std::string encoded_path(std::string_view path) {
    std::string result;
    for (const auto segment : split(path, '/')) result += fmt::format("/{}", net::percent_encoded(segment));
    return result;
}

bool is_workflow_name(std::string_view name) { return name.ends_with(".yml") || name.ends_with(".yaml"); }

CommittedWorkflow read(std::string file, const std::string& text) {
    CommittedWorkflow found;
    const auto path = workflow_path(file);
    found.file = std::move(file);
    auto read = workflow::read_workflow(text, path);
    if (read) {
        found.workflow = std::make_shared<const workflow::Workflow>(std::move(read->workflow));
        return found;
    }
    const auto why = workflow::to_error(read.error(), path, Errc::invalid_argument, "workflow_invalid").message;
    found.notes.push_back(fmt::format(
        "Its inputs were left to GitHub to check, because the file could not be read here: {}", shortened(why, 300)));
    return found;
}

Error not_dispatchable(const workflow::Triggers& on, const std::string& path) {
    std::string lines = "on:\n";
    for (const auto& event : on.events) lines += fmt::format("  {}:\n", event.text);
    lines += "  workflow_dispatch:";
    return {Errc::invalid_argument,
            fmt::format(
                "`{}` can't be started by hand, because it has no `workflow_dispatch` trigger on this branch. Add it "
                "(and keep the filters of the others), then push:\n{}",
                path, lines),
            "workflow_not_dispatchable",
            {}};
}

Error no_such_workflow(std::string_view asked, const std::string& branch, const std::vector<std::string>& files) {
    auto message = fmt::format("There is no `{}` on branch `{}`.", workflow_path(asked), branch);
    message += files.empty()
                   ? " It has no workflow at all. Push one."
                   : fmt::format(" Its workflows are: {}. Name one of them as `workflow`.", fmt::join(files, ", "));
    return {Errc::not_found, std::move(message), "workflow_not_found", {}};
}

builds::WorkflowInput input_from(const workflow::InputDeclaration& declared) {
    return {.name = declared.name,
            .type = workflow::name_of(declared.type),
            .required = declared.required,
            .description = declared.description,
            .default_value = declared.default_value ? workflow::to_string(*declared.default_value) : std::string{},
            .options = declared.options};
}

}  // namespace

std::string workflow_path(std::string_view file) { return std::string{folder} + std::string{file}; }

std::string bare_file(std::string_view asked) {
    if (asked.starts_with("./")) asked.remove_prefix(2);
    if (asked.starts_with(folder)) asked.remove_prefix(folder.size());
    return std::string{asked};
}

async::Task<Result<std::string>> WorkflowFiles::head_of(builds::BranchName branch, std::string principal) {
    auto reply =
        co_await api_.get(api_.of_repository("/git/ref/heads" + encoded_path(branch.text())), json_media, principal);
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status == 409) {
        co_return fail(Errc::not_found, fmt::format("{} is empty: it has no branch yet. Push one.", api_.repository()),
                       "branch_not_found");
    }
    if (reply->status == 404) {
        auto error = co_await no_such_branch(branch.text(), std::move(principal));
        co_return fail(std::move(error));
    }
    if (reply->status != 200) co_return fail(api_.error_of(*reply, "read the branch"));
    const auto tree = tree_of(reply->body);
    if (!tree) co_return fail(tree.error());
    auto sha = text_of(object_of(as_object(*tree), "object"), "sha");
    if (sha.empty()) co_return fail(Errc::upstream_failed, "GitHub's answer names no commit of the branch.");
    co_return sha;
}

async::Task<Error> WorkflowFiles::no_such_branch(std::string branch, std::string principal) {
    Error error{Errc::not_found, {}, "branch_not_found", {}};
    // This one follows renames; and it tells a missing branch from a repository that can't be seen.
    const auto renamed =
        co_await api_.get(api_.of_repository("/branches/" + net::percent_encoded(branch)), json_media, principal);
    if (renamed && renamed->status == 200) {
        const auto tree = tree_of(renamed->body);
        const auto name = tree ? text_of(as_object(*tree), "name") : std::string{};
        if (!name.empty() && name != branch) {
            error.message =
                fmt::format("Branch `{}` of {} was renamed to `{}`. Use that name.", branch, api_.repository(), name);
            co_return error;
        }
    }
    const auto known = co_await branches({}, most_branches, std::move(principal));
    if (!known) {
        if (known.error().code == Errc::not_found || known.error().code == Errc::forbidden) {
            error.message = fmt::format(
                "There is no branch `{}`: {} is missing, or the server's GitHub credentials have no "
                "access to it (Contents: read).",
                branch, api_.repository());
            co_return error;
        }
        co_return known.error();
    }
    std::vector<std::string> all;
    for (const auto& one : *known) all.push_back(one.name);
    const auto close = nearest(branch, all);
    error.message =
        fmt::format("There is no branch `{}` in {}.{} Push it first, or name another one.", branch, api_.repository(),
                    close.empty() ? "" : fmt::format(" Did you mean {}?", fmt::join(close, ", ")));
    co_return error;
}

async::Task<Result<std::string>> WorkflowFiles::text_of_file(std::string sha, std::string file, std::string principal) {
    const auto path = fmt::format("/contents{}?ref={}", encoded_path(workflow_path(file)), net::percent_encoded(sha));
    auto reply = co_await api_.get(api_.of_repository(path), raw_media, std::move(principal));
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status != 200) co_return fail(api_.error_of(*reply, fmt::format("read `{}`", workflow_path(file))));
    co_return std::move(reply->body);
}

async::Task<Result<std::vector<std::string>>> WorkflowFiles::names(std::string sha, std::string principal) {
    auto reply = co_await api_.get(
        api_.of_repository(fmt::format("/contents/.github/workflows?ref={}", net::percent_encoded(sha))), json_media,
        std::move(principal));
    if (!reply) co_return fail(std::move(reply.error()));
    std::vector<std::string> files;
    if (reply->status == 404) co_return files;
    if (reply->status != 200) co_return fail(api_.error_of(*reply, "list the workflow files"));
    const auto tree = tree_of(reply->body);
    if (!tree) co_return fail(tree.error());
    const auto list = list_in(*tree, {});
    if (!list) co_return fail(list.error());
    for (const auto& entry : *list) {
        auto name = text_of(as_object(entry), "name");
        if (text_of(as_object(entry), "type") == "file" && is_workflow_name(name)) files.push_back(std::move(name));
    }
    std::ranges::sort(files);
    co_return files;
}

async::Task<Result<CommittedWorkflow>> WorkflowFiles::find(std::string sha, std::string branch, std::string asked,
                                                           std::string principal) {
    const auto file = asked.empty() ? usual_file_ : bare_file(asked);
    if (!is_workflow_name(file) || file.find('/') != std::string::npos) {
        co_return fail(Errc::invalid_argument,
                       fmt::format("`workflow` has to be the name of a file under {}, e.g. `deploy.yml`, not `{}`.",
                                   folder, shortened(to_utf8(asked), 100)),
                       "workflow_not_found");
    }
    auto text = co_await text_of_file(sha, file, principal);
    if (!text && text.error().code == Errc::not_found) {
        if (asked.empty() && any_)
            co_return co_await only_dispatchable(std::move(sha), std::move(branch), std::move(principal));
        auto files = co_await names(std::move(sha), std::move(principal));
        co_return fail(files ? no_such_workflow(file, branch, *files) : std::move(files.error()));
    }
    if (!text) co_return fail(std::move(text.error()));
    auto found = read(file, *text);
    if (found.workflow && !found.workflow->on.dispatch) {
        co_return fail(not_dispatchable(found.workflow->on, workflow_path(file)));
    }
    co_return found;
}

async::Task<Result<CommittedWorkflow>> WorkflowFiles::only_dispatchable(std::string sha, std::string branch,
                                                                        std::string principal) {
    auto files = co_await names(sha, principal);
    if (!files) co_return fail(std::move(files.error()));
    std::optional<CommittedWorkflow> only;
    for (std::size_t i = 0; i < files->size() && i < most_files; ++i) {
        auto text = co_await text_of_file(sha, (*files)[i], principal);
        if (!text) co_return fail(std::move(text.error()));
        auto found = read((*files)[i], *text);
        if (!found.workflow || !found.workflow->on.dispatch) continue;
        if (only) co_return fail(no_such_workflow(usual_file_, branch, *files));
        only = std::move(found);
    }
    if (!only) co_return fail(no_such_workflow(usual_file_, branch, *files));
    only->notes.push_back(
        fmt::format("There is no `{}` on this branch; `{}` is the only workflow that can be dispatched, so it runs.",
                    workflow_path(usual_file_), workflow_path(only->file)));
    co_return *std::move(only);
}

async::Task<Result<std::vector<builds::Workflow>>> WorkflowFiles::describe(std::string sha, std::string principal) {
    auto files = co_await names(sha, principal);
    if (!files) co_return fail(std::move(files.error()));
    std::vector<builds::Workflow> described;
    for (std::size_t i = 0; i < files->size() && i < most_files; ++i) {
        builds::Workflow one{
            .file = (*files)[i], .name = (*files)[i], .dispatchable = false, .problem = {}, .inputs = {}};
        auto text = co_await text_of_file(sha, one.file, principal);
        if (!text) co_return fail(std::move(text.error()));
        const auto found = read(one.file, *text);
        if (!found.workflow) {
            one.problem = found.notes.front();
        } else {
            if (!found.workflow->name.empty()) one.name = found.workflow->name;
            for (const auto& input : found.workflow->on.inputs) one.inputs.push_back(input_from(input));
            one.dispatchable = found.workflow->on.dispatch.has_value();
            if (!one.dispatchable) one.problem = not_dispatchable(found.workflow->on, workflow_path(one.file)).message;
        }
        described.push_back(std::move(one));
    }
    co_return described;
}

async::Task<Result<std::string>> WorkflowFiles::default_branch(std::string principal) {
    auto tree = co_await api_.get_json(api_.of_repository(""), "read the repository", std::move(principal));
    if (!tree) co_return fail(std::move(tree.error()));
    co_return text_of(as_object(*tree), "default_branch");
}

async::Task<Result<std::vector<builds::Branch>>> WorkflowFiles::branches(std::string part, std::size_t most,
                                                                         std::string principal) {
    auto all = co_await api_.get_all(api_.of_repository("/branches?per_page=100"), "list the branches", {},
                                     most_branches, std::move(principal));
    if (!all) co_return fail(std::move(all.error()));
    std::vector<builds::Branch> found;
    for (const auto& item : all->items) {
        const auto& object = as_object(item);
        builds::Branch branch;
        branch.name = text_of(object, "name");
        branch.head_sha = text_of(object_of(object, "commit"), "sha");
        if (found.size() < most && branch.name.find(part) != std::string::npos) found.push_back(std::move(branch));
    }
    co_return found;
}

}  // namespace flux::providers::github
