#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace flux::providers::local {

struct SandboxSettings {
    enum class Level {
        automatic,  ///< bubblewrap where it works, otherwise none, and say so
        bwrap,      ///< bubblewrap, or refuse to run
        none,
    };

    Level level = Level::automatic;
    /// Where the server keeps its things: never visible to a job, except for the job's own directories in it.
    std::filesystem::path state_directory;
    /// More that no job may see.
    std::vector<std::filesystem::path> hidden;
    bool network = true;  ///< without it a job has a loopback of its own and nothing else
    unsigned max_processes = 1024;
    unsigned long long max_file_bytes = 8ULL * 1024 * 1024 * 1024;
};

/// What stands between a job and this machine. Found out once, at the start; then immutable, for all threads.
///
/// With bubblewrap a job sees the system read-only, a /tmp, home and /proc of its own, none of the server's state,
/// processes, sockets under /run or environment; it has no capability, can gain none, and cannot make namespaces. Where
/// the server is root, jobs are another user (`nobody`). Without it a job is an ordinary process with a clean
/// environment.
class Sandbox {
public:
    /// Tries what works here (some milliseconds). `unavailable` when the settings demand bubblewrap and it doesn't.
    static Result<Sandbox> probe(SandboxSettings settings);

    /// `bwrap` or `none`: what every result says.
    const char* level() const { return bubblewrap_.empty() ? "none" : "bwrap"; }
    /// Why the level is none, or what the operator should know; empty: nothing.
    const std::string& detail() const { return detail_; }

    const SandboxSettings& settings() const { return settings_; }
    const std::filesystem::path& bubblewrap() const { return bubblewrap_; }
    /// The user that jobs run as, where it isn't the server's own.
    std::optional<uid_t> job_user() const { return job_user_; }
    bool has_user_namespaces() const { return user_namespaces_; }
    /// The system call filter, as `--seccomp` reads it.
    const std::string& call_filter() const { return call_filter_; }

private:
    explicit Sandbox(SandboxSettings settings) : settings_{std::move(settings)} {}

    SandboxSettings settings_;
    std::filesystem::path bubblewrap_;
    std::optional<uid_t> job_user_;
    bool user_namespaces_ = false;
    std::string call_filter_;
    std::string detail_;
};

/// Keeps other processes of the same user from reading this one's memory and environment. `app` calls it at its start.
void forbid_inspection();

}  // namespace flux::providers::local
