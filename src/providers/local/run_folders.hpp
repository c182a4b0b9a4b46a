#pragma once

#include <filesystem>
#include <string>

#include "builds/run.hpp"

namespace flux::providers::local {

/// Where the runs' files lie in the state folder.
///
/// `runs/<run>/<attempt>/jobs/<job>/` is a job's log, kept as long as the run; `…/work/<job>/` is its workspace and all
/// that goes with it; `…/sites/<job>/` is a site that waits for the run's success; `…/artifacts/` is for the jobs among
/// themselves.
class RunFolders {
public:
    explicit RunFolders(const std::filesystem::path& state) : runs_{state / "runs"} {}

    const std::filesystem::path& all() const { return runs_; }
    std::filesystem::path run(builds::RunId run) const { return runs_ / std::to_string(run); }
    std::filesystem::path attempt(builds::RunId of, int number) const { return run(of) / std::to_string(number); }
    std::filesystem::path log(builds::RunId of, int number, std::int64_t job) const {
        return attempt(of, number) / "jobs" / std::to_string(job);
    }
    std::filesystem::path work(builds::RunId of, int number) const { return attempt(of, number) / "work"; }
    std::filesystem::path sites(builds::RunId of, int number) const { return attempt(of, number) / "sites"; }
    std::filesystem::path artifacts(builds::RunId of, int number) const { return attempt(of, number) / "artifacts"; }

private:
    std::filesystem::path runs_;
};

/// Deletes a folder that untrusted code filled, also where it took away its own permissions. Follows no link. What
/// can't be deleted stays.
void remove_tree(const std::filesystem::path& folder);

}  // namespace flux::providers::local
