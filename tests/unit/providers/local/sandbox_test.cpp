#include "providers/local/sandbox.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "job_fixture.hpp"

namespace flux::providers::local {
namespace {

/// Where bubblewrap doesn't work the runner says so in every result, and these promises aren't made. Where it has to
/// work, as `./test` found out by itself, the runner may not be of another opinion.
class SandboxInForce : public testing::Test {
protected:
    void SetUp() override {
        if (std::string_view{job.sandbox->level()} == "bwrap") return;
        if (::getenv("FLUX_EXPECT_SANDBOX") != nullptr) FAIL() << job.sandbox->detail();
        GTEST_SKIP() << job.sandbox->detail();
    }

    JobFixture job;
};

TEST_F(SandboxInForce, KeepsAHostileScriptAwayFromTheServer) {
    ::setenv("FLUX_TEST_SECRET", "the-servers-secret", 1);
    const auto secret = job.root.path() / "state.db";
    std::ofstream{secret} << "the-servers-secret";
    std::filesystem::permissions(secret, std::filesystem::perms{0666});

    struct Row {
        const char* name;
        std::string script;  // must fail
    };
    const std::vector<Row> rows{
        {"its own environment", "env | grep the-servers-secret"},
        {"every environment", "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep the-servers-secret"},
        {"the first process's environment", "test -n \"$(cat /proc/1/environ 2>/dev/null | tr -d '\\0')\""},
        {"the server's process", "test -e /proc/" + std::to_string(::getpid()) +
                                     "/status && "
                                     "grep -a providers /proc/" +
                                     std::to_string(::getpid()) + "/cmdline"},
        {"the state directory", "cat " + secret.string()},
        {"a write into the state directory's parent",
         "touch " + job.root.path().parent_path().string() + "/../flux-was-here"},
        {"a write to /etc", "touch /etc/flux-was-here"},
        {"a write to /usr", "touch /usr/flux-was-here"},
        {"the shadow file", "grep : /etc/shadow"},
        {"root's home", "ls -A /root | grep ."},
        {"sockets under /run", "find /run -mindepth 1 | grep ."},
        {"mount", "mount -t tmpfs none /mnt || mount -t tmpfs none /tmp"},
        {"a user namespace", "unshare -Ur true"},
        {"a process namespace", "unshare -p true"},
        {"ptrace", "python3 -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).ptrace(0,0,0,0) != 0)'"},
        {"io_uring", "python3 -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).syscall(425,1,0) < 0)'"},
        {"the keyring", "python3 -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).syscall(250,0,-3,1) < 0)'"},
        {"a device", "mknod dev b 8 0"},
        {"chroot", "chroot / true"},
        {"capabilities", "grep -E 'Cap(Prm|Eff|Bnd|Amb):.*[1-9a-f]' /proc/self/status"},
        {"new privileges", "grep 'NoNewPrivs:.*0' /proc/self/status"},
        {"no call filter", "grep 'Seccomp:.*0' /proc/self/status"},
        // bwrap leaves those of the job's own namespaces open; nothing may be done with them.
        {"descriptors of the server", "ls -l /proc/self/fd | grep -vE 'total|pipe|null|fd$|pid:|user:'"},
        {"the kernel's memory", "head -c 1 /dev/mem || head -c 1 /proc/kcore"},
        {"killing the sandbox's first process", "kill -9 1 && sleep 0.2 && test ! -e /proc/1"},
        {"core dumps", "test \"$(ulimit -c)\" != 0"},
        {"a process bomb", "test \"$(ulimit -u)\" = unlimited"},
    };
    std::string steps;
    for (const auto& row : rows)
        steps += "- name: \"" + std::string{row.name} + "\"\n  if: always()\n  shell: bash {0}\n  run: |\n    " +
                 row.script + "\n";

    const auto outcome = job.run_steps(steps);

    EXPECT_EQ(outcome.isolation, "bwrap");
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const auto& step = job.sink.at(static_cast<int>(at) + 2);
        EXPECT_EQ(step.conclusion, "failure") << rows[at].name << "\n" << testing::PrintToString(step.lines);
    }
    EXPECT_FALSE(std::filesystem::exists("/etc/flux-was-here"));
}

TEST(Sandbox, LetsAnOrdinaryBuildWork) {
    JobFixture job;

    const auto outcome = job.run_steps(
        "- run: |\n"
        "    touch here /tmp/there $HOME/home $RUNNER_TEMP/temp /var/tmp/x\n"
        "    test -w . && test -r /usr/bin/env && test -c /dev/null\n"
        "    python3 -c 'import threading; t=threading.Thread(target=print); t.start(); t.join()'\n"
        "    git --version && bash --version > /dev/null\n"
        "- run: test -e /tmp/there && test -e here\n");

    EXPECT_EQ(outcome.conclusion, builds::Conclusion::success) << job.sink.log();
}

TEST_F(SandboxInForce, ClosesTheNetworkWhenToldTo) {
    SandboxSettings settings;
    settings.state_directory = job.root.path();
    settings.network = false;
    job.sandbox.emplace(Sandbox::probe(settings).value());

    job.run_steps("- run: |\n    test \"$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')\" = lo\n");

    EXPECT_EQ(job.sink.at(2).conclusion, "success") << job.sink.log();
}

TEST_F(SandboxInForce, AJobThatKillsEverythingItSeesHarmsOnlyItself) {
    // Often, since the next step may begin before all that was killed has ended.
    constexpr int times = 12;
    std::string steps;
    for (int i = 0; i < times; ++i)
        steps += fmt::format("- if: always()\n  run: kill -9 -1\n- if: always()\n  run: echo still here {}.\n", i);
    job.run_steps(steps);

    for (int i = 0; i < times; ++i)
        EXPECT_TRUE(job.sink.has(fmt::format("still here {}.", i))) << i << '\n' << job.sink.log();
    EXPECT_EQ(job.sink.at(3).conclusion, "success");
}

TEST_F(SandboxInForce, AStepDoesNotDieWithTheProcessThatBroughtItIn) {
    // The step's own program becomes perl, which asks the kernel for its PR_GET_PDEATHSIG.
    constexpr const char* question =
        R"($s = pack("i", 77); syscall({}, 2, $s); print "signal ", unpack("i", $s), ".\n")";
    job.run_steps("- run: exec perl -e '" + fmt::format(fmt::runtime(question), SYS_prctl) + "'\n");

    EXPECT_TRUE(job.sink.has("signal 0.")) << job.sink.log();
}

TEST(Sandbox, SaysThatItIsSwitchedOff) {
    JobFixture job{SandboxSettings::Level::none};

    const auto outcome = job.run_steps("- run: 'true'\n");

    EXPECT_EQ(outcome.isolation, "none");
    EXPECT_NE(job.sandbox->detail(), "");
}

TEST_F(SandboxInForce, IsNotAffectedByAVariableThatAProgramLoaderReads) {
    // Were the launcher to see it, it would complain on its own output.
    job.run_steps("- env: {LD_PRELOAD: /nonexistent/evil.so}\n  run: echo done\n");

    EXPECT_TRUE(job.sink.has("done"));
    EXPECT_FALSE(job.sink.mentions("Sandbox can't"));
}

}  // namespace
}  // namespace flux::providers::local
