#include "providers/local/call_filter.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "base/file_descriptor.hpp"

namespace flux::providers::local {
namespace {

constexpr std::array refused{
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(setns),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(syslog),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(chroot),
};
// Programs fall back to something older where these don't exist, and look no further where they are forbidden.
constexpr std::array absent{SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
                            SCMP_SYS(clone3)};
constexpr std::array<std::uint64_t, 7> namespaces{CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,   CLONE_NEWNET,
                                                  CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};

struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
};

}  // namespace

Result<std::string> make_call_filter() {
    const std::unique_ptr<void, Release> filter{seccomp_init(SCMP_ACT_ALLOW)};
    if (!filter) return fail(Errc::unavailable, "The system call filter can't be made.");
#if defined(__x86_64__)
    // The calls of 32-bit programs have other numbers: without this the filter would kill them.
    seccomp_arch_add(filter.get(), SCMP_ARCH_X86);
#endif
    // A call that this machine doesn't have needs no rule, so failures to add one are no failures.
    for (const int call : refused) seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0);
    for (const int call : absent) seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), call, 0);
    for (const auto flag : namespaces) {
        const scmp_arg_cmp has_flag{0, SCMP_CMP_MASKED_EQ, flag, flag};
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 1, &has_flag);
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &has_flag);
    }
    for (const std::uint64_t request : {std::uint64_t{TIOCSTI}, std::uint64_t{0x541C} /* TIOCLINUX */}) {
        const scmp_arg_cmp asks{1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, request};
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &asks);
    }

    const FileDescriptor file{::memfd_create("filter", MFD_CLOEXEC)};
    if (!file || seccomp_export_bpf(filter.get(), file.get()) != 0)
        return fail(Errc::unavailable, "The system call filter can't be written.");
    std::string program(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    if (::pread(file.get(), program.data(), program.size(), 0) != static_cast<ssize_t>(program.size()))
        return fail(Errc::unavailable, "The system call filter can't be read back.");
    return program;
}

}  // namespace flux::providers::local
