#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "providers/local/artifact_store.hpp"
#include "providers/local/native_action.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view default_artifact = "github-pages";

struct Address {
    std::string base_url;
    std::string origin;
    std::string host;
    std::string base_path;
};

/// The parts of `http://host:port/path/` as configure-pages names them: none ends in a slash.
Address address_of(std::string_view url) {
    Address address;
    while (url.ends_with('/')) url.remove_suffix(1);
    address.base_url = url;
    const auto scheme = url.find("://");
    const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto path = std::min(url.find('/', host), url.size());
    address.origin = url.substr(0, path);
    address.host = url.substr(host, path - host);
    address.base_path = url.substr(path);
    return address;
}

bool has_part(std::string_view path, bool (*is_meant)(std::string_view)) {
    const auto parts = split(path, '/');
    return std::any_of(parts.begin(), parts.end(), is_meant);
}

}  // namespace

StepEnd run_configure_pages(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    if (!inputs.text("static_site_generator").empty())
        call.log.notice(
            "The configuration of a site generator is left as it is: a preview stands at the root of its host.");
    const auto address = address_of(job.order().run.preview_url);
    return {builds::Conclusion::success,
            {{"base_url", address.base_url},
             {"origin", address.origin},
             {"host", address.host},
             {"base_path", address.base_path}}};
}

StepEnd run_upload_pages_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view reference) {
    const auto& directories = job.order().directories;
    const auto path = inputs.text("path", "_site/");
    const auto relative = workspace_path(job, path);
    if (!relative) return failed_action(call, relative.error().message);
    const auto files = WorkspaceFiles::open(directories.workspace);
    if (!files) return failed_action(call, files.error().message);
    if (!files->is_directory(*relative))
        return failed_action(call,
                             fmt::format("The site's directory `{}` does not exist in the workspace. Build the site "
                                         "first, or name its directory with `path`.",
                                         path));
    auto found = files->list(*relative);
    if (!found) return failed_action(call, found.error().message);

    const auto prefix = relative->empty() ? std::string{} : *relative + "/";
    // Since its fourth version the action leaves out everything whose name begins with a dot.
    const bool old = reference == "v1" || reference == "v2" || reference == "v3" || reference.starts_with("v1.") ||
                     reference.starts_with("v2.") || reference.starts_with("v3.");
    const bool hidden_too = old || inputs.flag("include-hidden-files", false);
    std::erase_if(*found, [&](const WorkspaceFiles::File& file) {
        const auto inner = std::string_view{file.path}.substr(prefix.size());
        if (has_part(inner, [](std::string_view part) { return part == ".git" || part == ".github"; })) return true;
        return !hidden_too && has_part(inner, [](std::string_view part) { return part.starts_with('.'); });
    });
    if (found->empty()) return failed_action(call, fmt::format("There are no files in `{}`.", path));

    ArtifactStore store{directories.artifacts};
    const auto stored = store.store(inputs.text("name", default_artifact), *files, *found, prefix, false);
    if (!stored) return failed_action(call, stored.error().message);
    call.log.write(fmt::format("Artifact {} has been successfully uploaded! {} files, {} bytes.", stored->name,
                               stored->files, stored->bytes));
    return {builds::Conclusion::success, {{"artifact_id", stored->id}}};
}

StepEnd run_deploy_pages(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto& directories = job.order().directories;
    const auto name = inputs.text("artifact_name", default_artifact);
    const ArtifactStore store{directories.artifacts};
    if (!store.has(name))
        return failed_action(call, fmt::format("No artifact named `{}` was found in this run. Ensure that "
                                               "actions/upload-pages-artifact ran in a job that this one needs.",
                                               name));
    const auto site = directories.staging / "site";
    std::error_code failed;
    fs::remove_all(site, failed);
    if (auto copied = copy_trusted_tree(store.files_of(name), site); !copied)
        return failed_action(call, copied.error().message);
    job.outcome().site = site;
    call.log.write(fmt::format("Deployment of artifact `{}` is prepared; it goes live when this job succeeds.", name));
    call.log.write(fmt::format("Preview: {}", job.order().run.preview_url));
    return {builds::Conclusion::success, {{"page_url", job.order().run.preview_url}}};
}

}  // namespace flux::providers::local
