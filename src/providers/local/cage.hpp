#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "providers/local/job_order.hpp"
#include "providers/local/process.hpp"
#include "providers/local/sandbox.hpp"

namespace flux::providers::local {

/// The sandbox of one job: all its programs see the same processes, files and /tmp, and nothing of anyone else's.
///
/// A program started in the background lives on until the job's end, as on GitHub. Belongs to the job's thread.
class Cage {
public:
    struct Program {
        std::vector<std::string> arguments;  ///< the first is looked up on the PATH of `environment`
        std::vector<std::pair<std::string, std::string>> environment;
        std::filesystem::path working_directory;
    };

    /// A program in the cage. Signals reach it through here: in the sandbox it isn't the process that was started.
    struct Running {
        Process process;
        pid_t leader = 0;  ///< of the program's process group, as this machine counts; 0: not known
    };

    /// Makes the job's directories and hands them to its user.
    static Result<std::unique_ptr<Cage>> open(const Sandbox& sandbox, const JobDirectories& directories);

    Cage(const Cage&) = delete;
    Cage& operator=(const Cage&) = delete;
    ~Cage();

    Result<Running> start(const Program& program);
    /// To everything in the program's process group, unless it has ended.
    static void signal(Running& running, int number);
    /// Kills every process of the job, however it detached itself; returns when they are gone.
    void end_everything();
    /// `running` has ended: what it started in the background goes on, and its output is thrown away by drain().
    void leave_behind(Running running);
    /// Reads away what background programs wrote, so that a full pipe doesn't stop them. Doesn't block.
    void drain();

    /// Gives files that the server made to the job's user. `path` holds nothing that a job has touched.
    void hand_over(const std::filesystem::path& path) const;

    /// Where a program of that name lies for the job, or empty.
    static std::filesystem::path find_program(const std::string& name, const std::string& path_variable);
    /// PATH as a job begins with it.
    std::string base_path() const;
    /// The job's own directory for passing files, as its programs see it.
    std::string temporary_directory() const;

private:
    explicit Cage(const Sandbox& sandbox, const JobDirectories& directories)
        : sandbox_{&sandbox}, directories_{directories} {}

    Result<void> start_holder();
    Result<Running> start_in_bubblewrap(const Program& program);
    Result<Running> start_beside_holder(const Program& program);
    /// Whether there was a holder that has ended, or does so within a second. Blocks.
    bool holder_ends();

    const Sandbox* sandbox_;
    JobDirectories directories_;
    std::optional<Process> holder_;  ///< owns the job's process namespace
    pid_t holder_init_ = 0;
    FileDescriptor user_namespace_;
    FileDescriptor process_namespace_;
    std::vector<Process> background_;
};

}  // namespace flux::providers::local
