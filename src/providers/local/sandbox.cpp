#include "providers/local/sandbox.hpp"

#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"
#include "providers/local/bubblewrap.hpp"
#include "providers/local/call_filter.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

fs::path find_bubblewrap() {
    std::error_code ignored;
    for (const char* path : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"})
        if (fs::exists(path, ignored)) return path;
    return {};
}

/// Whether a sandbox of that kind comes up and ends as it should.
Result<void> attempt(const fs::path& program, const std::string& filter, std::optional<uid_t> user, bool namespaces) {
    BubblewrapStart start;
    start.program = program;
    start.call_filter = filter;
    start.user = user;
    start.options = system_options();
    for (const char* option :
         {"--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--proc", "/proc", "--dev", "/dev"})
        start.options.emplace_back(option);
    if (namespaces) start.options.emplace_back("--unshare-user");
    start.command = {"/bin/sh", "-c", "exit 42"};
    auto started = start_bubblewrap(start);
    if (!started) return fail(std::move(started.error()));
    if (started->process.wait() != 42)
        return fail(Errc::unavailable, "The sandbox started, but a program in it did not work.");
    return {};
}

}  // namespace

Result<Sandbox> Sandbox::probe(SandboxSettings settings) {
    Sandbox sandbox{std::move(settings)};
    if (sandbox.settings_.level == SandboxSettings::Level::none) {
        sandbox.detail_ = "The sandbox is switched off: jobs run as ordinary processes of this user.";
        return sandbox;
    }

    std::string reason;
    const auto program = find_bubblewrap();
    auto filter = make_call_filter();
    if (program.empty()) {
        reason = "bubblewrap is not installed (Debian and Ubuntu: `apt install bubblewrap`).";
    } else if (!filter) {
        reason = filter.error().message;
    } else {
        struct Kind {
            std::optional<uid_t> user;
            bool namespaces;
            const char* detail;
        };
        std::vector<Kind> kinds;
        if (::geteuid() == 0) {
            kinds.push_back({nobody, true, ""});
            constexpr auto as_root = "Jobs can't run as another user here: in their sandbox they own what root owns.";
            kinds.push_back({std::nullopt, true, as_root});
            kinds.push_back({std::nullopt, false, as_root});
        } else {
            kinds.push_back({std::nullopt, true, ""});
        }
        for (const auto& kind : kinds) {
            const auto works = attempt(program, *filter, kind.user, kind.namespaces);
            if (works) {
                sandbox.bubblewrap_ = program;
                sandbox.job_user_ = kind.user;
                sandbox.user_namespaces_ = kind.namespaces;
                sandbox.call_filter_ = std::move(*filter);
                sandbox.detail_ = kind.detail;
                return sandbox;
            }
            if (reason.empty()) reason = works.error().message;
        }
    }
    if (sandbox.settings_.level == SandboxSettings::Level::bwrap)
        return fail(Errc::unavailable, "The sandbox is demanded but doesn't work here: " + reason);
    sandbox.detail_ = "Jobs run without a sandbox: " + reason;
    return sandbox;
}

void forbid_inspection() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace flux::providers::local
