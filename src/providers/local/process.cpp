#include "providers/local/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

namespace flux::providers::local {
namespace {

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

ExitCode code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/// What the child needs, made before the fork: behind it only async-signal-safe calls are allowed.
struct Prepared {
    const Launch* launch = nullptr;
    std::vector<char*> arguments;
    std::vector<std::string> variables;
    std::vector<char*> environment;
    int output = -1;
    int errors = -1;  ///< to the parent: errno of what failed before the program started
    int status = -1;  ///< keeper to parent: the program's pid, then its wait status
    int leash = -1;   ///< parent to keeper: closed when all has to end
};

[[noreturn]] void give_up(const Prepared& prepared) {
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(prepared.errors, &error, sizeof error);
    ::_exit(127);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void set_limit(__rlimit_resource resource, rlim_t most) {
    struct rlimit limit{};
    if (::getrlimit(resource, &limit) != 0) return;
    if (limit.rlim_max < most) most = limit.rlim_max;
    limit = {most, most};
    ::setrlimit(resource, &limit);
}

/// `/proc/self/fd/N`, made without memory from the heap.
struct DescriptorPath {
    explicit DescriptorPath(int number) {
        std::array<char, 10> digits{};
        std::size_t count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        std::size_t at = std::strlen(text);
        while (count > 0) text[at++] = digits[--count];
    }

    char text[32] = "/proc/self/fd/";
};

void stage_directories(const Prepared& prepared) {
    const auto& directories = prepared.launch->staged_directories;
    std::array<int, 10> opened{};
    if (directories.size() > opened.size() || ::unshare(CLONE_NEWNS) != 0) give_up(prepared);
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up(prepared);
    // Opened in the new namespace, or they couldn't be mounted in it; and before /tmp hides those that lie there.
    for (std::size_t at = 0; at < directories.size(); ++at) {
        opened[at] = ::open(directories[at].c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (opened[at] < 0) give_up(prepared);
    }
    if (::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0) give_up(prepared);
    char target[] = "/tmp/0";
    for (std::size_t at = 0; at < directories.size(); ++at) {
        const DescriptorPath source{opened[at]};
        if (::mkdir(target, 0755) != 0) give_up(prepared);
        if (::mount(source.text, target, nullptr, MS_BIND | MS_REC, nullptr) != 0) give_up(prepared);
        ++target[5];
    }
}

[[noreturn]] void become_program(const Prepared& prepared) {
    const Launch& launch = *prepared.launch;
    ::setsid();
    reset_signals();
    ::umask(022);
    const int nothing = ::open("/dev/null", O_RDWR);
    const int errors = ::fcntl(prepared.errors, F_DUPFD_CLOEXEC, 3);
    if (nothing < 0 || errors < 0) give_up(prepared);
    if (::dup2(nothing, 0) < 0 || ::dup2(prepared.output, 1) < 0) give_up(prepared);
    if (::dup2(launch.merged_output ? prepared.output : nothing, 2) < 0) give_up(prepared);
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const int descriptor : launch.descriptors) ::fcntl(descriptor, F_SETFD, 0);

    if (!launch.staged_directories.empty()) stage_directories(prepared);
    set_limit(RLIMIT_CORE, 0);
    if (launch.max_file_bytes != 0) set_limit(RLIMIT_FSIZE, launch.max_file_bytes);
    if (launch.user) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(*launch.user) != 0 || ::setuid(*launch.user) != 0)
            give_up(prepared);
    }
    if (launch.max_processes != 0) set_limit(RLIMIT_NPROC, launch.max_processes);
    if (::chdir(launch.working_directory.c_str()) != 0) give_up(prepared);
    if (launch.no_new_privileges) ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (launch.dies_with_thread) ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ::execve(prepared.arguments.front(), prepared.arguments.data(), prepared.environment.data());
    give_up(prepared);
}

/// Kills every child there is; those of the dead become ours, until none is left.
void kill_children() {
    for (;;) {
        const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
        if (list >= 0) {
            char text[4096];
            pid_t number = 0;
            ssize_t length = 0;
            while ((length = ::read(list, text, sizeof text)) > 0) {
                for (ssize_t at = 0; at < length; ++at) {
                    if (text[at] >= '0' && text[at] <= '9') {
                        number = number * 10 + (text[at] - '0');
                    } else if (number != 0) {
                        ::kill(number, SIGKILL);
                        number = 0;
                    }
                }
            }
            ::close(list);
        }
        int status = 0;
        const pid_t gone = ::waitpid(-1, &status, 0);
        if (gone < 0 && errno == ECHILD) return;
    }
}

/// Stands above the program as the parent of all its orphans.
[[noreturn]] void become_keeper(const Prepared& prepared) {
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    reset_signals();
    // SIGCHLD is let in by ppoll alone, so that no end of a child falls between looking and waiting.
    struct sigaction wake{};
    wake.sa_handler = [](int) {};
    ::sigaction(SIGCHLD, &wake, nullptr);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    sigset_t open_mask;
    sigemptyset(&open_mask);
    const pid_t program = ::fork();
    if (program < 0) give_up(prepared);
    if (program == 0) become_program(prepared);

    [[maybe_unused]] auto written = ::write(prepared.status, &program, sizeof program);
    // Only the two pipes may stay: a keeper that held another job's pipe would keep that one open.
    const int status_pipe = ::dup2(prepared.status, 3 + (prepared.leash == 3));
    const int leash = ::dup2(prepared.leash, status_pipe + 1);
    ::close(0), ::close(1), ::close(2);
    if (status_pipe == 4) ::close(3);
    ::syscall(SYS_close_range, static_cast<unsigned>(leash) + 1, ~0U, 0U);

    bool reported = false;
    for (;;) {
        int status = 0;
        pid_t gone = 0;
        while ((gone = ::waitpid(-1, &status, WNOHANG)) > 0) {
            if (gone == program && !reported) {
                written = ::write(status_pipe, &status, sizeof status);
                reported = true;
            }
        }
        if (gone < 0 && errno == ECHILD) ::_exit(0);
        pollfd watched{leash, POLLIN, 0};
        if (::ppoll(&watched, 1, nullptr, &open_mask) > 0) {
            kill_children();
            ::_exit(0);
        }
    }
}

bool is_readable(int descriptor, int milliseconds) {
    pollfd watched{descriptor, POLLIN, 0};
    return ::poll(&watched, 1, milliseconds) > 0;
}

}  // namespace

Result<Process> Process::start(const Launch& launch) {
    auto output = make_pipe();
    auto errors = make_pipe();
    auto status = make_pipe();
    auto leash = make_pipe();
    if (!output || !errors || !status || !leash)
        return fail(Errc::unavailable, "No process can be started: there are no descriptors left.");

    Prepared prepared;
    prepared.launch = &launch;
    for (const auto& argument : launch.arguments) prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
    prepared.arguments.push_back(nullptr);
    for (const auto& [name, value] : launch.environment) prepared.variables.push_back(name + "=" + value);
    for (auto& variable : prepared.variables) prepared.environment.push_back(variable.data());
    prepared.environment.push_back(nullptr);
    prepared.output = output->write.get();
    prepared.errors = errors->write.get();
    prepared.status = status->write.get();
    prepared.leash = leash->read.get();

    Process process;
    process.kept_ = !launch.dies_with_thread;
    process.child_ = ::fork();
    if (process.child_ < 0)
        return fail(Errc::unavailable, fmt::format("No process can be started: {}.", std::strerror(errno)));
    if (process.child_ == 0) {
        if (launch.dies_with_thread) become_program(prepared);
        leash->write.close();
        become_keeper(prepared);
    }
    output->write.close();
    errors->write.close();
    status->write.close();
    leash->read.close();
    process.output_ = std::move(output->read);
    process.leash_ = std::move(leash->write);

    process.program_ = process.child_;
    if (process.kept_ && ::read(status->read.get(), &process.program_, sizeof process.program_) <= 0)
        return fail(Errc::unavailable, "No process can be started: its keeper died.");
    process.ended_ = process.kept_ ? std::move(status->read)
                                   : FileDescriptor{static_cast<int>(::syscall(SYS_pidfd_open, process.child_, 0))};
    int error = 0;
    if (::read(errors->read.get(), &error, sizeof error) > 0)
        return fail(Errc::unavailable,
                    fmt::format("`{}` can't be started: {}.", launch.arguments.front(), std::strerror(error)));
    ::fcntl(process.output_.get(), F_SETFL, O_NONBLOCK);
    return process;
}

Process::Process(Process&& other) noexcept
    : output_{std::move(other.output_)},
      ended_{std::move(other.ended_)},
      leash_{std::move(other.leash_)},
      child_{std::exchange(other.child_, 0)},
      program_{std::exchange(other.program_, 0)},
      kept_{other.kept_},
      exited_{other.exited_} {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        kill_tree();
        output_ = std::move(other.output_);
        ended_ = std::move(other.ended_);
        leash_ = std::move(other.leash_);
        child_ = std::exchange(other.child_, 0);
        program_ = std::exchange(other.program_, 0);
        kept_ = other.kept_;
        exited_ = other.exited_;
    }
    return *this;
}

Process::~Process() { kill_tree(); }

std::optional<ExitCode> Process::exit_code() {
    if (exited_ || child_ == 0) return exited_;
    if (kept_) {
        if (!is_readable(ended_.get(), 0)) return std::nullopt;
        int status = 0;
        if (::read(ended_.get(), &status, sizeof status) != sizeof status) status = SIGKILL;
        exited_ = code_of(status);
        return exited_;
    }
    int status = 0;
    const pid_t gone = ::waitpid(child_, &status, WNOHANG);
    if (gone == 0) return std::nullopt;
    child_ = 0;
    exited_ = gone > 0 ? code_of(status) : 128 + SIGKILL;
    return exited_;
}

ExitCode Process::wait() {
    while (!exit_code()) is_readable(ended_.get(), 1000);
    return *exited_;
}

void Process::signal(int number) {
    if (program() > 0) ::kill(-program_, number);
}

void Process::kill_tree() {
    if (child_ == 0) return;
    if (!kept_) {
        ::kill(-child_, SIGKILL);
        ::kill(child_, SIGKILL);
        wait();
        return;
    }
    exit_code();
    leash_.close();
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    if (!exited_) exited_ = 128 + SIGKILL;
}

Result<Finished> run_program(const Launch& launch, int seconds, std::size_t output_limit) {
    auto process = Process::start(launch);
    if (!process) return fail(std::move(process.error()));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
    Finished finished;
    bool open = true;
    while (open || !process->exit_code()) {
        if (std::chrono::steady_clock::now() > deadline) {
            process->kill_tree();
            return fail(Errc::timed_out,
                        fmt::format("`{}` did not end within {} s.", launch.arguments.front(), seconds));
        }
        if (!open) {
            is_readable(process->ended(), 100);
            continue;
        }
        std::array<char, 16384> bytes{};
        if (!is_readable(process->output(), 100)) {
            // Something that it started may hold the pipe for ever.
            open = !process->exit_code();
            continue;
        }
        const auto length = ::read(process->output(), bytes.data(), bytes.size());
        if (length == 0) open = false;
        if (length > 0) {
            const auto room = output_limit - finished.output.size();
            finished.output.append(bytes.data(), std::min(room, static_cast<std::size_t>(length)));
        }
    }
    finished.exit_code = process->wait();
    return finished;
}

}  // namespace flux::providers::local
