#include "previews/site_copy.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "previews/beneath.hpp"

namespace flux::previews {

namespace {

auto refuse(const std::string& path, std::string_view why) {
    return fail(Errc::invalid_argument,
                fmt::format("The site can't be published: `{}` {}.", shortened(to_utf8(path), 200), why),
                "site_not_publishable");
}

/// The disk's own failures are told without our paths.
auto disk_failed(std::string_view doing) {
    const auto code = errno;
    if (code == ENOSPC || code == EDQUOT) {
        return fail(Errc::unavailable, "The disk that holds the previews is full.", "disk_full");
    }
    return fail(Errc::internal, fmt::format("The site can't be published: {} failed ({}).", doing, code));
}

class SiteCopy {
public:
    SiteCopy(FileDescriptor source, const SiteLimits& limits) : source_{std::move(source)}, limits_{limits} {}

    Result<CopiedSite> run(const FileDescriptor& target) {
        struct stat status{};
        if (::fstat(source_.get(), &status) != 0) return disk_failed("looking at the site");
        open_folders_.emplace_back(status.st_dev, status.st_ino);
        auto copied = copy_folder("", target, 0);
        if (!copied) return fail(std::move(copied.error()));
        if (done_.files == 0) {
            return fail(Errc::invalid_argument, "The site can't be published: it holds no file.", "site_empty");
        }
        return done_;
    }

private:
    using FileIdentity = std::pair<dev_t, ino_t>;

    Result<void> copy_folder(const std::string& path, const FileDescriptor& target, int depth) {
        if (depth > limits_.depth) {
            return refuse(path, fmt::format("lies deeper than {} folders", limits_.depth));
        }
        auto names = names_in(path);
        if (!names) return fail(std::move(names.error()));
        for (const auto& name : *names) {
            if (auto copied = copy_entry(path.empty() ? name : path + "/" + name, name, target, depth); !copied) {
                return copied;
            }
        }
        return {};
    }

    Result<std::vector<std::string>> names_in(const std::string& path) const {
        const auto found = find_beneath(source_.get(), path.empty() ? "." : path, Links::follow_inside);
        auto opened = found ? open_found(found, O_DIRECTORY) : FileDescriptor{};
        const std::unique_ptr<DIR, int (*)(DIR*)> folder{opened ? ::fdopendir(opened.get()) : nullptr, ::closedir};
        if (!folder) return refuse(path, "can't be read");
        opened.release();

        std::vector<std::string> names;
        while (const auto* entry = ::readdir(folder.get())) {
            const std::string_view name{&entry->d_name[0]};
            if (name.starts_with('.') && name != ".well-known") continue;
            if (names.size() >= limits_.files) return too_many();
            names.emplace_back(name);
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    Result<void> copy_entry(const std::string& path, const std::string& name, const FileDescriptor& target, int depth) {
        const auto found = find_beneath(source_.get(), path, Links::follow_inside);
        if (!found) return refuse(path, why_not_found(path));
        struct stat status{};
        if (::fstat(found.get(), &status) != 0) return disk_failed("looking at a file");
        if (++entries_ > limits_.files) return too_many();

        if (S_ISREG(status.st_mode))
            return copy_file(path, found, static_cast<std::uint64_t>(status.st_size), name, target);
        if (!S_ISDIR(status.st_mode)) {
            return refuse(path, "is neither a file nor a folder (a pipe, a socket or a device)");
        }
        const FileIdentity identity{status.st_dev, status.st_ino};
        if (std::find(open_folders_.begin(), open_folders_.end(), identity) != open_folders_.end()) {
            return refuse(path, "is a link to a folder that it lies in");
        }
        if (::mkdirat(target.get(), name.c_str(), 0700) != 0) return disk_failed("making a folder");
        const FileDescriptor below{
            ::openat(target.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!below) return disk_failed("opening a folder");
        open_folders_.push_back(identity);
        auto copied = copy_folder(path, below, depth + 1);
        open_folders_.pop_back();
        return copied;
    }

    Result<void> copy_file(const std::string& path, const FileDescriptor& found, std::uint64_t size,
                           const std::string& name, const FileDescriptor& target) {
        if (size > limits_.bytes - done_.bytes) return too_large();
        const auto from = open_found(found, O_NOCTTY);
        if (!from) return refuse(path, "can't be read");
        const FileDescriptor to{
            ::openat(target.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!to) return disk_failed("making a file");

        auto copied = copy_bytes(from, to);
        if (!copied) return fail(std::move(copied.error()));
        ++done_.files;
        return {};
    }

    /// Until the end, which the size told nothing about if somebody still writes.
    Result<void> copy_bytes(const FileDescriptor& from, const FileDescriptor& to) {
        bool in_kernel = true;
        for (;;) {
            constexpr std::size_t piece = 1 << 20;
            ssize_t copied = -1;
            if (in_kernel) {
                copied = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, piece, 0);
                if (copied < 0 &&
                    (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM)) {
                    in_kernel = false;
                    continue;
                }
            } else {
                copied = copy_by_hand(from, to);
            }
            if (copied < 0 && errno == EINTR) continue;
            if (copied < 0) return disk_failed("writing a file");
            if (copied == 0) return {};
            if (static_cast<std::uint64_t>(copied) > limits_.bytes - done_.bytes) return too_large();
            done_.bytes += static_cast<std::uint64_t>(copied);
        }
    }

    static ssize_t copy_by_hand(const FileDescriptor& from, const FileDescriptor& to) {
        std::array<char, 65536> buffer{};
        const auto got = ::read(from.get(), buffer.data(), buffer.size());
        for (ssize_t written = 0; written < got;) {
            const auto more = ::write(to.get(), buffer.data() + written, static_cast<std::size_t>(got - written));
            if (more < 0 && errno != EINTR) return -1;
            if (more > 0) written += more;
        }
        return got;
    }

    std::string_view why_not_found(const std::string& path) const {
        const auto code = errno;
        struct stat status{};
        const bool is_link =
            ::fstatat(source_.get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
        if (code == EXDEV) return "is a link that leads outside of the site; put a copy of the file there instead";
        if (code == ELOOP) return "is a link that isn't followed; put a copy of the file there instead";
        if (code == ENOENT && is_link) return "is a link that leads nowhere";
        return "can't be read";
    }

    tl::unexpected<Error> too_many() const {
        return fail(Errc::too_large,
                    fmt::format("The site can't be published: it holds more than {} files and folders.", limits_.files),
                    "site_too_large");
    }

    tl::unexpected<Error> too_large() const {
        return fail(Errc::too_large,
                    fmt::format("The site can't be published: it is larger than {} MiB.", limits_.bytes >> 20),
                    "site_too_large");
    }

    FileDescriptor source_;
    const SiteLimits& limits_;
    CopiedSite done_;
    std::uint64_t entries_ = 0;
    std::vector<FileIdentity> open_folders_;
};

}  // namespace

Result<CopiedSite> copy_site(const std::filesystem::path& source, const std::filesystem::path& target,
                             const SiteLimits& limits) {
    // The last name of the source is the job's as well: it must not be a link.
    FileDescriptor from{::open(source.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!from) {
        return fail(Errc::invalid_argument, "The site can't be published: its folder isn't there.", "site_missing");
    }
    const FileDescriptor to{::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!to) return disk_failed("opening the folder of previews");
    auto copied = SiteCopy{std::move(from), limits}.run(to);
    if (!copied) return copied;
    // One call for thousands of files.
    if (::syncfs(to.get()) != 0) return disk_failed("writing to the disk");
    return copied;
}

}  // namespace flux::previews
