#include "previews/beneath.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/text.hpp"

namespace flux::previews {

namespace {

/// The way to a file one name at a time, none of them a link.
FileDescriptor walk(int root, const std::string& path) {
    FileDescriptor at{::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    for (const auto name : split(path, '/')) {
        if (name == "..") {
            errno = EXDEV;
            return {};
        }
        struct stat status{};
        FileDescriptor next{::openat(at.get(), std::string{name}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
        if (!next || ::fstat(next.get(), &status) != 0) return {};
        if (S_ISLNK(status.st_mode)) {
            errno = ELOOP;
            return {};
        }
        at = std::move(next);
    }
    return at;
}

}  // namespace

FileDescriptor find_beneath(int root, const std::string& path, Links links) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    if (links == Links::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
    for (;;) {
        const auto number = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
        if (number >= 0) return FileDescriptor{static_cast<int>(number)};
        // EAGAIN: something was renamed meanwhile. EPERM: older container runtimes say so for calls that they don't
        // know.
        if (errno == EAGAIN || errno == EINTR) continue;
        if (errno == ENOSYS || errno == EPERM) return walk(root, path);
        return {};
    }
}

FileDescriptor open_found(const FileDescriptor& found, int flags) {
    return FileDescriptor{::open(fmt::format("/proc/self/fd/{}", found.get()).c_str(), flags | O_RDONLY | O_CLOEXEC)};
}

}  // namespace flux::previews
