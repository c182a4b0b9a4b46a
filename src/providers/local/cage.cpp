#include "providers/local/cage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>

#include "base/text.hpp"
#include "providers/local/bubblewrap.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view standard_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

FileDescriptor open_namespace(pid_t process, const char* kind) {
    return FileDescriptor{::open(fmt::format("/proc/{}/ns/{}", process, kind).c_str(), O_RDONLY | O_CLOEXEC)};
}

bool is_written(pid_t process, const char* map) {
    std::ifstream file{fmt::format("/proc/{}/{}", process, map)};
    return file.peek() != std::ifstream::traits_type::eof();
}

/// bwrap tells its child's number before that has its users: nobody can join it until then. The groups come last; who
/// joins between the two has a group that the kernel doesn't know, and `Can't send pid: Invalid argument`.
bool has_users(pid_t process) {
    for (int attempt = 0; attempt < 2000; ++attempt) {
        if (is_written(process, "gid_map") && is_written(process, "uid_map")) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

}  // namespace

Result<std::unique_ptr<Cage>> Cage::open(const Sandbox& sandbox, const JobDirectories& directories) {
    std::unique_ptr<Cage> cage{new Cage{sandbox, directories}};
    std::error_code failed;
    for (const auto& directory :
         {directories.workspace, directories.temp, directories.home, directories.temp / "_tmp"}) {
        fs::create_directories(directory, failed);
        if (!failed) fs::permissions(directory, fs::perms{0755}, failed);
        if (failed) return fail(Errc::unavailable, "A directory of the job can't be made: " + failed.message() + ".");
        if (sandbox.job_user() && ::lchown(directory.c_str(), *sandbox.job_user(), *sandbox.job_user()) != 0)
            return fail(Errc::unavailable,
                        fmt::format("A directory can't be given to the job's user: {}.", std::strerror(errno)));
    }
    for (const auto& directory : {directories.artifacts, directories.staging}) {
        fs::create_directories(directory, failed);
        if (failed) return fail(Errc::unavailable, "A directory of the run can't be made: " + failed.message() + ".");
        fs::permissions(directory, fs::perms{0700}, failed);
    }
    return cage;
}

Cage::~Cage() { end_everything(); }

Result<void> Cage::start_holder() {
    if (holder_ && !holder_->exit_code()) return {};
    holder_.reset();
    BubblewrapStart start;
    start.program = sandbox_->bubblewrap();
    start.call_filter = sandbox_->call_filter();
    start.user = sandbox_->job_user();
    start.options = system_options();
    // It takes the namespace along. What joins that must not ask for the same: bwrap enters by way of a process that
    // ends at once or, on a busy machine, after its child has asked to die with it.
    for (const char* option : {"--die-with-parent", "--unshare-pid", "--proc", "/proc"})
        start.options.emplace_back(option);
    if (sandbox_->has_user_namespaces()) start.options.emplace_back("--unshare-user");
    start.command = {"/bin/sleep", "infinity"};
    auto started = start_bubblewrap(start);
    if (!started) return fail(std::move(started.error()));
    holder_ = std::move(started->process);
    holder_init_ = started->child;
    process_namespace_ = open_namespace(holder_init_, "pid");
    if (sandbox_->has_user_namespaces() && has_users(holder_init_))
        user_namespace_ = open_namespace(holder_init_, "user");
    if (!process_namespace_ || (sandbox_->has_user_namespaces() && !user_namespace_)) {
        end_everything();
        return fail(Errc::unavailable, "The sandbox's namespaces can't be opened.");
    }
    return {};
}

Result<Cage::Running> Cage::start(const Program& program) {
    if (program.arguments.empty()) return fail(Errc::invalid_argument, "There is no program to start.");
    if (!sandbox_->bubblewrap().empty()) return start_in_bubblewrap(program);

    Launch launch;
    launch.arguments = program.arguments;
    std::string path;
    for (const auto& [name, value] : program.environment)
        if (name == "PATH") path = value;
    const auto found = find_program(program.arguments.front(), path);
    if (found.empty()) return fail(Errc::not_found, fmt::format("{}: command not found", program.arguments.front()));
    launch.arguments.front() = found.string();
    launch.environment = program.environment;
    launch.working_directory = program.working_directory;
    launch.max_file_bytes = sandbox_->settings().max_file_bytes;
    auto process = Process::start(launch);
    if (!process) return fail(std::move(process.error()));
    const auto leader = process->program();
    return Running{std::move(*process), leader};
}

bool Cage::holder_ends() {
    constexpr int looks = 50;
    constexpr auto between_looks = std::chrono::milliseconds{20};
    for (int look = 0; look < looks; ++look) {
        if (!holder_) return false;
        if (holder_->exit_code()) return true;
        std::this_thread::sleep_for(between_looks);
    }
    return false;
}

Result<Cage::Running> Cage::start_in_bubblewrap(const Program& program) {
    auto started = start_beside_holder(program);
    // A job can kill what holds its namespace (`kill -9 -1`), and that takes nobody in while it ends.
    if (started || !holder_ends()) return started;
    return start_beside_holder(program);
}

Result<Cage::Running> Cage::start_beside_holder(const Program& program) {
    if (auto held = start_holder(); !held) return fail(std::move(held.error()));
    BubblewrapStart start;
    start.program = sandbox_->bubblewrap();
    start.call_filter = sandbox_->call_filter();
    start.user = sandbox_->job_user();
    start.max_file_bytes = sandbox_->settings().max_file_bytes;
    auto& options = start.options;
    const auto add = [&options](std::initializer_list<std::string> more) {
        options.insert(options.end(), more.begin(), more.end());
    };

    add({"--pidns", std::to_string(process_namespace_.get())});
    start.descriptors.push_back(process_namespace_.get());
    if (user_namespace_) {
        add({"--userns", std::to_string(user_namespace_.get())});
        start.descriptors.push_back(user_namespace_.get());
    }
    add({"--unshare-ipc", "--unshare-uts", "--hostname", "runner", "--unshare-cgroup-try"});
    if (!sandbox_->settings().network) add({"--unshare-net"});
    const auto system = system_options();
    options.insert(options.end(), system.begin(), system.end());
    add({"--dir", "/var", "--symlink", "../tmp", "/var/tmp", "--tmpfs", "/run", "--proc", "/proc", "--dev", "/dev"});

    auto hidden = sandbox_->settings().hidden;
    hidden.push_back(sandbox_->settings().state_directory);
    for (const auto& path : hidden)
        if (!path.empty() && is_visible_system_path(path)) add({"--tmpfs", path.string()});
    if (!sandbox_->job_user() && ::geteuid() == 0) {
        std::error_code ignored;
        for (const char* file : {"/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-"})
            if (fs::exists(file, ignored)) add({"--ro-bind", "/dev/null", file});
        for (const char* directory : {"/etc/ssh", "/etc/ssl/private", "/etc/sudoers.d"})
            if (fs::is_directory(directory, ignored)) add({"--tmpfs", directory});
    }

    // A job's user has no way through the server's private directories, so these are put where it can reach them.
    const auto bind = [&](const char* option, const fs::path& source, const fs::path& target) {
        if (!start.user) return add({option, source.string(), target.string()});
        add({option, fmt::format("/tmp/{}", start.staged_directories.size()), target.string()});
        start.staged_directories.push_back(source);
    };
    bind("--bind", directories_.temp / "_tmp", "/tmp");
    bind("--bind", directories_.workspace, directories_.workspace);
    bind("--bind", directories_.temp, directories_.temp);
    bind("--bind", directories_.home, directories_.home);
    std::error_code ignored;
    if (directories_.tools && fs::is_directory(*directories_.tools, ignored))
        bind("--ro-bind", *directories_.tools, *directories_.tools);
    // What lies between the mounts would otherwise be memory without a limit.
    add({"--remount-ro", "/", "--chdir", program.working_directory.string()});
    std::string path;
    for (const auto& [name, value] : program.environment) {
        add({"--setenv", name, value});
        if (name == "PATH") path = value;
    }
    auto command = program.arguments;
    const auto found = find_program(command.front(), path);
    // What only the sandbox knows is left to bwrap's own search.
    if (!found.empty()) command.front() = found.string();
    if (fs::exists("/usr/bin/prlimit", ignored))
        start.command = {"/usr/bin/prlimit", fmt::format("--nproc={0}:{0}", sandbox_->settings().max_processes), "--"};
    start.command.insert(start.command.end(), command.begin(), command.end());

    auto started = start_bubblewrap(start);
    if (!started) return fail(std::move(started.error()));
    return Running{std::move(started->process), started->child};
}

void Cage::signal(Running& running, int number) {
    if (running.leader > 0 && !running.process.exit_code()) ::kill(-running.leader, number);
}

void Cage::leave_behind(Running running) {
    // In the sandbox the holder keeps what is left; only a pipe that someone still writes to has to stay.
    if (running.process.output() < 0 && holder_) return;
    background_.push_back(std::move(running.process));
}

void Cage::drain() {
    std::array<char, 65536> bytes{};
    for (auto& process : background_) {
        if (process.output() < 0) continue;
        for (int round = 0; round < 16; ++round) {
            const auto length = ::read(process.output(), bytes.data(), bytes.size());
            if (length == 0) process.close_output();
            if (length <= 0) break;
        }
    }
}

void Cage::end_everything() {
    background_.clear();
    if (!holder_) return;
    // The namespace's first process takes all others with it, and bwrap ends when that is done.
    if (!holder_->exit_code() && holder_init_ > 0) {
        ::kill(holder_init_, SIGKILL);
        holder_->wait();
    }
    holder_.reset();
    holder_init_ = 0;
    process_namespace_.close();
    user_namespace_.close();
}

void Cage::hand_over(const std::filesystem::path& path) const {
    if (!sandbox_->job_user()) return;
    const auto user = *sandbox_->job_user();
    const auto give = [user](const fs::path& each) {
        if (::lchown(each.c_str(), user, user) != 0)
            throw std::system_error{errno, std::generic_category(), "hand over"};
    };
    give(path);
    if (!fs::is_directory(fs::symlink_status(path))) return;
    for (const auto& entry : fs::recursive_directory_iterator{path}) give(entry.path());
}

std::filesystem::path Cage::find_program(const std::string& name, const std::string& path_variable) {
    if (name.find('/') != std::string::npos) return name;
    for (const auto directory : split(path_variable, ':')) {
        if (!directory.starts_with('/')) continue;
        auto candidate = fs::path{directory} / name;
        std::error_code ignored;
        if (fs::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return {};
}

std::string Cage::temporary_directory() const {
    return sandbox_->bubblewrap().empty() ? (directories_.temp / "_tmp").string() : "/tmp";
}

std::string Cage::base_path() const {
    std::vector<std::string> directories;
    const auto add = [&](std::string_view directory) {
        if (std::find(directories.begin(), directories.end(), directory) == directories.end())
            directories.emplace_back(directory);
    };
    if (const char* own = std::getenv("PATH")) {
        for (const auto directory : split(own, ':')) {
            if (!directory.starts_with('/')) continue;
            if (!sandbox_->bubblewrap().empty() && !is_visible_system_path(directory)) continue;
            add(directory);
        }
    }
    for (const auto directory : split(standard_path, ':')) add(directory);
    std::string path;
    for (const auto& directory : directories) path += (path.empty() ? "" : ":") + directory;
    return path;
}

}  // namespace flux::providers::local
