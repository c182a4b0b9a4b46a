#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/id.hpp"
#include "base/text.hpp"
#include "providers/local/artifact_store.hpp"
#include "providers/local/glob.hpp"
#include "providers/local/native_action.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

bool is_hidden(std::string_view path) { return path.starts_with('.') || path.find("/.") != std::string_view::npos; }

/// Where a pattern's files are counted from: what stands in front of its wildcards.
std::string search_root(const PathPatterns::Pattern& pattern, const WorkspaceFiles& files) {
    auto root = literal_prefix(pattern.text);
    if (root == pattern.text && !files.is_directory(root)) {
        const auto slash = root.rfind('/');
        root = slash == std::string::npos ? "" : root.substr(0, slash);
    }
    return root;
}

/// The directory that all the roots share, with a `/` behind it; empty: the workspace.
std::string common_root(const std::vector<std::string>& roots) {
    if (roots.empty()) return {};
    auto common = split(roots.front(), '/');
    for (const auto& root : roots) {
        const auto parts = split(root, '/');
        std::size_t same = 0;
        while (same < common.size() && same < parts.size() && common[same] == parts[same]) ++same;
        common.resize(same);
    }
    std::string joined;
    for (const auto part : common)
        if (!part.empty()) joined += std::string{part} + "/";
    return joined;
}

constexpr const char* place_script = R"(set -e
mkdir -p -- "$2"
cp -R -- "$1/." "$2/"
rm -rf -- "$1"
)";

/// Puts copies of trusted files into the workspace, as the job itself would.
Result<ProgramEnd> place(JobRun& job, StepCall& call, const fs::path& files, const fs::path& destination) {
    const auto& directories = job.order().directories;
    const auto id = random_id(8);
    const auto prepared = directories.staging / ("download-" + id);
    if (auto copied = copy_trusted_tree(files, prepared); !copied) return fail(std::move(copied.error()));
    job.cage().hand_over(prepared);
    const auto handed = directories.temp / ("_download-" + id);
    std::error_code failed;
    fs::rename(prepared, handed, failed);
    if (failed) return fail(Errc::unavailable, "The artifact can't be moved to the job: " + failed.message() + ".");
    return job.run_bare(call, {"sh", "-c", place_script, "download", handed.string(), destination.string()},
                        directories.workspace.string(), {});
}

}  // namespace

StepEnd run_upload_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto& directories = job.order().directories;
    const auto name = inputs.text("name", "artifact");
    const auto patterns = PathPatterns::parse(inputs.text("path"), directories.workspace.string());
    if (!patterns.refused.empty())
        return failed_action(
            call, fmt::format("`{}` is not under the workspace: only files in it can be uploaded.", patterns.refused));
    if (patterns.patterns.empty()) return failed_action(call, "Input required and not supplied: path");
    const auto files = WorkspaceFiles::open(directories.workspace);
    if (!files) return failed_action(call, files.error().message);

    std::vector<std::string> roots;
    std::vector<WorkspaceFiles::File> found;
    for (const auto& pattern : patterns.patterns) {
        if (pattern.excludes) continue;
        const auto root = search_root(pattern, *files);
        roots.push_back(root);
        auto listed = files->list(root);
        if (!listed) {
            if (listed.error().code == Errc::not_found) continue;
            return failed_action(call, listed.error().message);
        }
        for (auto& file : *listed) {
            if (!patterns.match(file.path)) continue;
            if (!inputs.flag("include-hidden-files", false) && is_hidden(file.path)) continue;
            found.push_back(std::move(file));
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    found.erase(std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
                found.end());
    if (found.empty()) {
        const auto message = fmt::format(
            "No files were found with the provided path: {}. No artifacts will be uploaded.", inputs.text("path"));
        const auto policy = ascii_lower(inputs.text("if-no-files-found", "warn"));
        if (policy == "error") return failed_action(call, message);
        if (policy == "ignore")
            call.log.write(message);
        else
            call.log.warning(message);
        return {};
    }

    ArtifactStore store{directories.artifacts};
    call.log.write(fmt::format("With the provided path, there will be {} file{} uploaded", found.size(),
                               found.size() == 1 ? "" : "s"));
    const auto stored = store.store(name, *files, found, common_root(roots), inputs.flag("overwrite", false));
    if (!stored) return failed_action(call, stored.error().message);
    call.log.write(fmt::format("Artifact {} has been successfully uploaded! Final size is {} bytes. Artifact ID is {}",
                               name, stored->bytes, stored->id));
    call.log.write(fmt::format("SHA256 digest of artifact is {}", stored->digest));
    return {builds::Conclusion::success,
            {{"artifact-id", stored->id},
             {"artifact-url", fmt::format("{}/{}/actions/runs/{}/artifacts/{}", job.order().run.server_url,
                                          job.order().run.repository, job.order().run.run_id, stored->id)},
             {"artifact-digest", stored->digest}}};
}

StepEnd run_download_artifact(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto& directories = job.order().directories;
    const ArtifactStore store{directories.artifacts};
    const auto relative = workspace_path(job, inputs.text("path", "."));
    if (!relative) return failed_action(call, relative.error().message);
    const auto destination = relative->empty() ? directories.workspace : directories.workspace / *relative;

    const auto name = inputs.text("name");
    std::vector<std::string> names;
    if (!name.empty()) {
        if (!store.has(name)) {
            auto known = store.names();
            std::string list;
            for (const auto& each : known) list += (list.empty() ? "" : ", ") + each;
            return failed_action(call,
                                 fmt::format("Unable to download artifact(s): Artifact not found for name: {}. The "
                                             "run has: {}.",
                                             name, list.empty() ? "none" : list));
        }
        names.push_back(name);
    } else {
        const auto pattern = inputs.text("pattern");
        for (auto& each : store.names())
            if (pattern.empty() || matches_glob(pattern, each)) names.push_back(std::move(each));
        call.log.write(fmt::format("Found {} artifact(s)", names.size()));
    }
    const bool own_directories = name.empty() && !inputs.flag("merge-multiple", false);
    for (const auto& each : names) {
        Result<ProgramEnd> placed = fail(Errc::internal, "");
        try {
            placed = place(job, call, store.files_of(each), own_directories ? destination / each : destination);
        } catch (const std::exception&) {
            return failed_action(call, "The artifact can't be given to the job's user.");
        }
        if (!placed) return failed_action(call, placed.error().message);
        if (placed->how == ProgramEnd::How::cancelled) return {builds::Conclusion::cancelled, {}};
        if (placed->exit_code != 0)
            return failed_action(call, fmt::format("The artifact `{}` can't be put into the workspace.", each));
        call.log.write(fmt::format("Artifact {} was downloaded to {}", each, destination.string()));
    }
    return {builds::Conclusion::success, {{"download-path", destination.string()}}};
}

}  // namespace flux::providers::local
