#include <fmt/format.h>

#include <filesystem>

#include "base/id.hpp"
#include "base/text.hpp"
#include "providers/local/command_files.hpp"
#include "providers/local/native_action.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr int seconds_for_git = 600;

/// git as the server runs it: in directories that no job touches, with nobody's configuration but ours.
class TrustedGit {
public:
    TrustedGit(fs::path directory, fs::path configuration)
        : directory_{std::move(directory)}, configuration_{std::move(configuration)} {}

    Result<std::string> run(std::vector<std::string> arguments) const {
        Launch launch;
        launch.arguments = {"/usr/bin/git", "-C", directory_.string(), "-c", "core.hooksPath=/dev/null"};
        launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
        launch.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                              {"HOME", "/nonexistent"},
                              {"LC_ALL", "C"},
                              {"GIT_CONFIG_NOSYSTEM", "1"},
                              {"GIT_CONFIG_GLOBAL", configuration_.string()},
                              {"GIT_ALLOW_PROTOCOL", "file"},
                              {"GIT_TERMINAL_PROMPT", "0"},
                              {"GIT_NO_REPLACE_OBJECTS", "1"}};
        auto finished = run_program(launch, seconds_for_git);
        if (!finished) return fail(std::move(finished.error()));
        if (finished->exit_code != 0)
            return fail(Errc::upstream_failed, fmt::format("git {} failed: {}", arguments.front(),
                                                           shortened(to_utf8(trimmed(finished->output)), 2000)));
        return std::string{trimmed(finished->output)};
    }

private:
    fs::path directory_;
    fs::path configuration_;
};

struct Target {
    std::string sha;
    std::string ref;     ///< as the output says it
    std::string branch;  ///< empty: a detached head
};

Result<Target> find_target(const TrustedGit& source, const RunFacts& run, const std::string& wanted) {
    if (wanted.empty() || wanted == run.branch || wanted == "refs/heads/" + run.branch)
        return Target{run.head_sha, "refs/heads/" + run.branch, run.branch};
    if (wanted.starts_with("-") || wanted.find_first_of(" \t\n~^:?*[\\") != std::string::npos)
        return fail(Errc::invalid_argument, fmt::format("`{}` is no name of a branch, tag or commit.", wanted));
    const auto short_name = wanted.starts_with("refs/heads/") ? wanted.substr(11) : wanted;
    if (auto sha = source.run({"rev-parse", "--verify", "--quiet", "refs/heads/" + short_name + "^{commit}"}))
        return Target{*sha, "refs/heads/" + short_name, short_name};
    for (const auto& ref : {"refs/tags/" + wanted, wanted})
        if (auto sha = source.run({"rev-parse", "--verify", "--quiet", ref + "^{commit}"}))
            return Target{*sha, ref, {}};
    return fail(Errc::not_found, fmt::format("A branch or tag with the name '{}' could not be found.", wanted));
}

/// In the cage, as the job: whatever an earlier step has prepared here can only harm the job itself.
constexpr const char* place_script = R"(set -e
destination=$1 prepared=$2 clean=$3 commit=$4 branch=$5
mkdir -p -- "$destination"
cd -- "$destination"
if [ "$clean" = true ]; then find . -mindepth 1 -maxdepth 1 -exec rm -rf -- {} +; fi
rm -rf -- .git
mv -- "$prepared/.git" .git
rmdir -- "$prepared"
if [ -n "$branch" ]; then
    git -c core.hooksPath=/dev/null checkout --quiet --force -B "$branch" "refs/remotes/origin/$branch"
else
    git -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --force "$commit"
fi
git log -1 --format='HEAD is now at %h %s'
)";

}  // namespace

StepEnd run_checkout(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto& run = job.order().run;
    const auto& directories = job.order().directories;
    const auto repository = inputs.text("repository", run.repository);
    if (!equal_ignoring_case(repository, run.repository))
        return failed_action(call, fmt::format("Only this repository ({}) can be checked out here; `{}` would need the "
                                               "network. Leave `repository` out, or vendor what you need.",
                                               run.repository, repository));
    const auto relative = workspace_path(job, inputs.text("path", "."));
    if (!relative) return failed_action(call, relative.error().message);
    if (inputs.flag("submodules", false) || inputs.text("submodules") == "recursive")
        call.log.warning("Submodules are not checked out here.");
    if (inputs.flag("lfs", false)) call.log.warning("Git LFS files stay pointers here.");
    const auto depth = to_integer(inputs.text("fetch-depth", "1"));
    if (!depth || *depth < 0) return failed_action(call, "`fetch-depth` has to be a number from 0 on.");

    const auto id = random_id(8);
    const auto configuration = directories.staging / ("git-config-" + id);
    const auto prepared = directories.staging / ("checkout-" + id);
    std::error_code failed;
    struct CleanUp {
        fs::path one, other;
        ~CleanUp() {
            std::error_code ignored;
            fs::remove_all(one, ignored);
            fs::remove_all(other, ignored);
        }
    } const clean_up{configuration, prepared};
    // Only a configuration file reaches the git that serves the objects: it drops what it could inherit.
    const auto written = write_new_file(configuration,
                                        "[safe]\n\tdirectory = *\n[uploadpack]\n\tallowAnySHA1InWant = true\n"
                                        "[gc]\n\tauto = 0\n[init]\n\tdefaultBranch = main\n",
                                        std::nullopt);
    if (!written) return failed_action(call, written.error().message);
    fs::create_directories(prepared, failed);

    const TrustedGit source{run.git_directory, configuration};
    const auto target = find_target(source, run, inputs.text("ref"));
    if (!target) return failed_action(call, target.error().message);

    call.log.write(fmt::format("Syncing repository: {}", run.repository));
    call.log.begin_group("Fetching the repository");
    const TrustedGit git{prepared, configuration};
    const auto remote_ref =
        "refs/remotes/origin/" + (target->branch.empty() ? std::string{"checkout"} : target->branch);
    std::vector<std::string> fetch{"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"};
    if (*depth > 0) fetch.push_back(fmt::format("--depth={}", *depth));
    fetch.push_back("file://" + run.git_directory.string());
    if (*depth == 0) {
        fetch.emplace_back("+refs/heads/*:refs/remotes/origin/*");
        fetch.emplace_back("+refs/tags/*:refs/tags/*");
    }
    std::vector<std::vector<std::string>> commands{{"init", "--quiet", "--template="}, fetch};
    if (*depth > 0) {
        commands.back().push_back(fmt::format("+{}:{}", target->sha, remote_ref));
    } else {
        // The branch may have moved on since the run began.
        commands.push_back({"fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                            "file://" + run.git_directory.string(), target->sha});
        commands.push_back({"update-ref", remote_ref, target->sha});
    }
    commands.push_back({"config", "remote.origin.url", run.server_url + "/" + run.repository});
    commands.push_back({"config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"});
    for (auto& command : commands) {
        if (auto done = git.run(std::move(command)); !done) {
            call.log.end_group();
            return failed_action(call, done.error().message);
        }
    }
    call.log.end_group();

    try {
        job.cage().hand_over(prepared);
    } catch (const std::exception&) {
        return failed_action(call, "The fetched repository can't be given to the job's user.");
    }
    const auto handed = directories.temp / ("_checkout-" + id);
    fs::rename(prepared, handed, failed);
    if (failed)
        return failed_action(call, "The fetched repository can't be moved to the job: " + failed.message() + ".");

    call.log.begin_group("Checking out the ref");
    const auto destination = relative->empty() ? directories.workspace : directories.workspace / *relative;
    const auto placed = job.run_bare(call,
                                     {"sh", "-c", place_script, "checkout", destination.string(), handed.string(),
                                      inputs.flag("clean", true) ? "true" : "false", target->sha, target->branch},
                                     directories.workspace.string(),
                                     {{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}});
    call.log.end_group();
    if (!placed) return failed_action(call, placed.error().message);
    if (placed->how == ProgramEnd::How::cancelled) {
        call.log.error("The operation was canceled.");
        return {builds::Conclusion::cancelled, {}};
    }
    if (placed->exit_code != 0)
        return failed_action(call, fmt::format("The checkout failed with exit code {}.", placed->exit_code));
    call.log.write(target->sha);
    return {builds::Conclusion::success, {{"ref", target->ref}, {"commit", target->sha}}};
}

}  // namespace flux::providers::local
