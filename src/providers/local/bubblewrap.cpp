#include "providers/local/bubblewrap.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 10> system_directories{"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                                         "/lib64", "/libx32", "/etc",  "/opt", "/nix"};

Result<FileDescriptor> file_of(std::string_view content) {
    FileDescriptor file{::memfd_create("sandbox", MFD_CLOEXEC)};
    while (file && !content.empty()) {
        const auto written = ::write(file.get(), content.data(), content.size());
        if (written <= 0) return fail(Errc::unavailable, "The sandbox's options can't be written.");
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (!file || ::lseek(file.get(), 0, SEEK_SET) != 0)
        return fail(Errc::unavailable, "The sandbox's options can't be written.");
    return file;
}

/// The `"child-pid": N` of bwrap's information, which is JSON of one known shape; 0: it isn't there.
pid_t child_in(std::string_view information) {
    constexpr std::string_view key = "\"child-pid\":";
    const auto at = information.find(key);
    if (at == std::string_view::npos) return 0;
    const auto rest = trimmed(information.substr(at + key.size()));
    const auto number = to_integer(rest.substr(0, rest.find_first_not_of("0123456789")));
    return number ? static_cast<pid_t>(*number) : 0;
}

std::string read_to_end(int descriptor) {
    std::string text;
    std::array<char, 4096> bytes{};
    for (;;) {
        const auto length = ::read(descriptor, bytes.data(), bytes.size());
        if (length <= 0) return text;
        text.append(bytes.data(), static_cast<std::size_t>(length));
    }
}

}  // namespace

Result<BubblewrapProcess> start_bubblewrap(const BubblewrapStart& start) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::unavailable, "The sandbox can't be started: there are no descriptors left.");
    const FileDescriptor information{ends[0]};
    FileDescriptor information_end{ends[1]};
    auto filter = file_of(start.call_filter);
    if (!filter) return fail(std::move(filter.error()));

    auto options = start.options;
    for (const auto& option :
         {std::string{"--new-session"}, std::string{"--cap-drop"}, std::string{"ALL"}, std::string{"--seccomp"},
          std::to_string(filter->get()), std::string{"--info-fd"}, std::to_string(information_end.get())})
        options.push_back(option);
    std::string text;
    for (const auto& option : options) {
        text += option;
        text += '\0';
    }
    auto arguments = file_of(text);
    if (!arguments) return fail(std::move(arguments.error()));

    Launch launch;
    launch.arguments = {start.program.string(), "--args", std::to_string(arguments->get()), "--"};
    launch.arguments.insert(launch.arguments.end(), start.command.begin(), start.command.end());
    launch.descriptors = start.descriptors;
    for (const int descriptor : {filter->get(), information_end.get(), arguments->get()})
        launch.descriptors.push_back(descriptor);
    launch.staged_directories = start.staged_directories;
    launch.user = start.user;
    launch.max_file_bytes = start.max_file_bytes;
    // bwrap sets the flag itself; set before it, security modules couldn't let it make its namespaces.
    launch.no_new_privileges = false;
    launch.dies_with_thread = true;
    auto process = Process::start(launch);
    information_end.close();
    if (!process) return fail(std::move(process.error()));

    const auto child = child_in(read_to_end(information.get()));
    if (child == 0) {
        pollfd watched{process->output(), POLLIN, 0};
        ::poll(&watched, 1, 1000);
        const auto words = read_to_end(process->output());
        return fail(Errc::unavailable, fmt::format("The sandbox can't be started: {}",
                                                   words.empty() ? "bwrap said nothing." : trimmed(words)));
    }
    return BubblewrapProcess{std::move(*process), child};
}

std::vector<std::string> system_options() {
    std::vector<std::string> options;
    const auto add = [&options](std::initializer_list<std::string> more) {
        options.insert(options.end(), more.begin(), more.end());
    };
    std::error_code ignored;
    for (const char* directory : system_directories) {
        if (fs::is_symlink(directory, ignored))
            add({"--symlink", fs::read_symlink(directory, ignored).string(), directory});
        else if (fs::is_directory(directory, ignored))
            add({"--ro-bind", directory, directory});
    }
    // Where it is a link into /run, name resolution would end with the hidden /run.
    const auto resolver = fs::canonical("/etc/resolv.conf", ignored);
    if (!resolver.empty() && !is_visible_system_path(resolver))
        add({"--ro-bind", resolver.string(), resolver.string()});
    return options;
}

bool is_visible_system_path(const std::filesystem::path& path) {
    return std::any_of(system_directories.begin(), system_directories.end(), [&](const char* directory) {
        const auto relative = path.lexically_relative(directory);
        return !relative.empty() && *relative.begin() != "..";
    });
}

}  // namespace flux::providers::local
