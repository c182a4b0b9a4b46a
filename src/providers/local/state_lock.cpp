#include "providers/local/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/text.hpp"

namespace flux::providers::local {

namespace {

std::string owner_in(int file) {
    std::array<char, 256> bytes{};
    const auto got = ::pread(file, bytes.data(), bytes.size(), 0);
    const std::string_view text{bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    return to_utf8(trimmed(text.substr(0, text.find('\n'))));
}

}  // namespace

Result<StateLock> StateLock::take(const std::filesystem::path& state_directory, const std::string& owner) {
    std::error_code refused;
    auto directory = std::filesystem::absolute(state_directory, refused).lexically_normal();
    const bool made = !refused && std::filesystem::create_directories(directory, refused);
    if (refused) {
        return fail(Errc::unavailable, fmt::format("The state folder {} can't be made: {}. Choose another with "
                                                   "FLUX_STATE_DIR.",
                                                   directory.string(), refused.message()));
    }
    if (made) ::chmod(directory.c_str(), 0700);

    FileDescriptor file{::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file) {
        return fail(Errc::unavailable, fmt::format("The state folder {} can't be written: {}. Choose another with "
                                                   "FLUX_STATE_DIR.",
                                                   directory.string(), std::strerror(errno)));
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto first = owner_in(file.get());
        return fail(Errc::conflict,
                    fmt::format("The state folder {} belongs to {}. Stop it, or give this one another folder with "
                                "FLUX_STATE_DIR.",
                                directory.string(), first.empty() ? "another process" : first),
                    "state_locked");
    }
    const auto line = fmt::format("{} (process {})\n", owner, ::getpid());
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), line.data(), line.size(), 0) < 0) {
        return fail(Errc::unavailable,
                    fmt::format("The state folder {} can't be written: {}.", directory.string(), std::strerror(errno)));
    }
    return StateLock{std::move(directory), std::move(file)};
}

}  // namespace flux::providers::local
