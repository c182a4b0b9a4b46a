#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"

namespace flux::providers::local {

/// A program to start. Nothing of the server reaches it but what stands here: its environment is `environment`, its
/// standard input is empty, every other descriptor is closed, signals are as at birth, the session is its own.
struct Launch {
    std::vector<std::string> arguments;  ///< the first is the program's absolute path
    std::vector<std::pair<std::string, std::string>> environment;
    std::filesystem::path working_directory = "/";
    std::vector<int> descriptors;  ///< kept open, under the same numbers
    bool merged_output = true;     ///< one pipe for standard output and error; otherwise error goes to /dev/null

    std::optional<uid_t> user;  ///< become this user and its namesake group; the server is root
    /// At most ten directories that appear as /tmp/0, /tmp/1, … in a mount namespace of the program's own: how a user
    /// without access to their parents reaches them. The server is root.
    std::vector<std::filesystem::path> staged_directories;
    unsigned long long max_file_bytes = 0;  ///< 0: as the server
    unsigned max_processes = 0;             ///< 0: as the server
    bool no_new_privileges = true;
    /// Dies with the thread that starts it. Otherwise a keeper stands between: it outlives the program while there are
    /// descendants of it, however they were detached, and kills them when the Process goes or the server dies.
    bool dies_with_thread = false;
};

/// How a program ended: its exit code, or 128 and the signal that killed it.
using ExitCode = int;

/// A running program and what it started. When this goes, they are dead.
///
/// Belongs to one thread: the one that called start().
class Process {
public:
    /// `unavailable` when the machine can't start it; the message names the program.
    static Result<Process> start(const Launch& launch);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    /// What it writes; non-blocking. At its end read() returns 0.
    int output() const { return output_.get(); }
    /// Stop reading.
    void close_output() { output_.close(); }
    /// Becomes readable once the program has ended.
    int ended() const { return ended_.get(); }
    /// Nothing while it runs.
    std::optional<ExitCode> exit_code();
    /// Waits as long as it takes.
    ExitCode wait();

    /// The program's own number, for signals to its process group; 0 once it has ended.
    pid_t program() const { return exited_ ? 0 : program_; }
    /// To the program's process group, unless it has ended.
    void signal(int number);
    /// Kills the program and, with a keeper, all that it started; returns when they are gone.
    void kill_tree();

private:
    Process() = default;

    FileDescriptor output_;
    FileDescriptor ended_;
    FileDescriptor leash_;  ///< the keeper kills everything when this closes
    pid_t child_ = 0;       ///< ours to reap
    pid_t program_ = 0;
    bool kept_ = false;
    std::optional<ExitCode> exited_;
};

/// What a short program of ours wrote, e.g. git.
struct Finished {
    ExitCode exit_code = 0;
    std::string output;  ///< at most the limit
};

/// Runs a program to its end, for at most `seconds`; then its tree is killed and the error is `timed_out`.
Result<Finished> run_program(const Launch& launch, int seconds, std::size_t output_limit = 1024 * 1024);

}  // namespace flux::providers::local
